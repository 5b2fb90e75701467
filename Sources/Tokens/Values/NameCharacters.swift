internal import CUnistring
internal import Model

/// The characters that a name may have: none that is invisible, changes the text direction, or has no meaning.
///
/// U+200C and U+200D are invisible, and some scripts and emoji cannot be written without them. They are allowed where
/// RFC 5892, appendix A, allows them in domain names, and between the parts of an emoji. `TextNormalizer` ignores them,
/// so that two names never differ by them alone.
enum NameCharacters {
    /// The first fault of a name, in words; `nil` for a name without one.
    static func fault(in name: String) -> String? {
        let scalars = Array(name.unicodeScalars)
        for (place, scalar) in scalars.enumerated() {
            guard let fault = fault(scalar), !isJoiner(scalar) || !isNeeded(at: place, in: scalars) else { continue }
            let hexadecimal = String(scalar.value, radix: 16, uppercase: true)
            let code = String(repeating: "0", count: max(0, 4 - hexadecimal.count)) + hexadecimal
            let hint = isJoiner(scalar) ? " where no script and no emoji needs it" : ""
            return "cannot contain U+\(code), \(fault)\(hint)"
        }
        return nil
    }

    /// True for a character that joins or separates its neighbours, or selects the form of the one before it.
    static func isJoiner(_ scalar: Unicode.Scalar) -> Bool {
        scalar == nonJoiner || scalar == joiner || scalar == emojiForm
    }

    private static let nonJoiner: Unicode.Scalar = "\u{200C}"
    private static let joiner: Unicode.Scalar = "\u{200D}"
    private static let emojiForm: Unicode.Scalar = "\u{FE0F}"

    /// The fault of a character by itself; `nil` for one that is allowed anywhere in a name.
    private static func fault(_ scalar: Unicode.Scalar) -> String? {
        let properties = scalar.properties
        if properties.isNoncharacterCodePoint { return "which is not a character" }
        if properties.isBidiControl { return "which changes the text direction" }
        switch properties.generalCategory {
        case .control: return "a control character"
        case .format: return "which is invisible"
        case .lineSeparator, .paragraphSeparator: return "which ends a line"
        case .surrogate, .unassigned, .privateUse: return "which has no meaning in Unicode"
        default: break
        }
        // Fillers and selectors: letters and marks by their category, but invisible.
        if properties.isDefaultIgnorableCodePoint { return "which is invisible" }
        return nil
    }

    // MARK: Contexts

    private static func isNeeded(at place: Int, in scalars: [Unicode.Scalar]) -> Bool {
        guard place > 0 else { return false }
        let before = scalars[place - 1]
        switch scalars[place] {
        case emojiForm: return isEmoji(before)
        case joiner: return isVirama(before) || joinsEmoji(at: place, in: scalars)
        default: return isVirama(before) || separatesLetters(at: place, in: scalars)
        }
    }

    /// True for the sign that suppresses the vowel of an Indic letter, whose form a joiner chooses.
    private static func isVirama(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.canonicalCombiningClass.rawValue == 9
    }

    /// True between two letters that would be joined: `(L|D) T* U+200C T* (R|D)`.
    private static func separatesLetters(at place: Int, in scalars: [Unicode.Scalar]) -> Bool {
        let before = scalars[..<place].reversed().first { !isTransparent($0) }
        let after = scalars[(place + 1)...].first { !isTransparent($0) }
        guard let before, let after else { return false }
        return [left, dual].contains(joiningType(before)) && [right, dual].contains(joiningType(after))
    }

    private static let (transparent, left, right, dual) = (
        Int32(UC_JOINING_TYPE_T), Int32(UC_JOINING_TYPE_L), Int32(UC_JOINING_TYPE_R),
        Int32(UC_JOINING_TYPE_D)
    )

    private static func joiningType(_ scalar: Unicode.Scalar) -> Int32 { uc_joining_type(scalar.value) }

    private static func isTransparent(_ scalar: Unicode.Scalar) -> Bool {
        // By ArabicShaping.txt a joiner is transparent or joins; here it stands for itself.
        !isJoiner(scalar) && joiningType(scalar) == transparent
    }

    /// True between two emoji, each with its form and its skin tone.
    private static func joinsEmoji(at place: Int, in scalars: [Unicode.Scalar]) -> Bool {
        guard place + 1 < scalars.count, isEmoji(scalars[place + 1]) else { return false }
        let before = scalars[..<place].reversed().first { $0 != emojiForm && !$0.properties.isEmojiModifier }
        return before.map(isEmoji) ?? false
    }

    /// True for an emoji that stands for itself: no digit, no letter of a flag, no skin tone.
    private static func isEmoji(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        let isLetterOfFlag = (0x1F1E6...0x1F1FF).contains(scalar.value)
        return properties.isEmoji && !scalar.isASCII && !properties.isEmojiModifier && !isLetterOfFlag
    }
}
