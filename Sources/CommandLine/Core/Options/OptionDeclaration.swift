internal import Model

/// The part of an option that parsing and help texts need, whatever the type of its value.
package protocol OptionDeclaration: Sendable {
    /// Without the dashes.
    var name: String { get }
    /// The letter of its short form, as in `-v`; `nil` for none.
    var letter: Character? { get }
    /// The placeholder of the value in help texts; `nil` for a flag.
    var placeholder: String? { get }
    var help: String { get }
    /// True when the flag may stand without a value, as in `init --policies`.
    var isValueOptional: Bool { get }
    /// The permitted values; empty for any.
    var choices: [String] { get }
    /// The name of earlier versions, which works for one more version.
    var formerName: String? { get }

    /// The value of a given text, or without one the value of an option that is not given.
    /// - Throws: `.usage` for a text that is not permitted.
    func value(of text: String?) throws(CommandError) -> any Sendable
}

extension OptionDeclaration {
    /// Its form in the command line, as `--seed`.
    package var flag: String { "--\(name)" }
    /// Its forms in help texts: `-v, --verbose`.
    package var title: String { (letter.map { "-\($0), " } ?? "") + heading }
    package var heading: String {
        flag + (placeholder.map { isValueOptional ? " [\($0)]" : " \($0)" } ?? "")
    }
    /// The environment variable that holds its default.
    var variable: String { "DEMILUNE_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined() }

    /// - Throws: `.usage` unless the text is one of the choices, if there are any.
    func checkChoice(_ text: String) throws(CommandError) {
        guard !choices.isEmpty, !choices.contains(text) else { return }
        let hint = Suggestion.hint(for: text, among: choices)
        throw .usage("`\(flag)` must be one of \(choices.joined(separator: ", ")), got `\(text)`\(hint)")
    }
}
