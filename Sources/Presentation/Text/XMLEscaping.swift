package import Model

/// Escapes text for the formats of reports.
package enum XMLEscaping {
    /// The text escaped for XML 1.0. Characters that XML cannot contain are left out.
    package static func xml(_ name: ExactName) -> String { xml(name.text) }

    package static func xml(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result += "&#\(scalar.value);"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: continue
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    package static func annotation(_ text: String) -> String {
        ControlCharacters.escaped(text).replacing("%", with: "%25")
    }

    package static func property(_ text: String) -> String {
        annotation(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
