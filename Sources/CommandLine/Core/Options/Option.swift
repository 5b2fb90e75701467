/// An option such as `--seed N`, or a flag such as `--json`, with the type of its value.
///
/// The options of one verb are declared beside it, and those of several verbs in this folder:
///
///     extension Option<Int> {
///         fileprivate static var seed: Self { Self("seed", "N", "the seed of the requests", default: 1) }
///     }
///
/// A verb lists its options in `Verb.options` and reads them as `invocation[.seed]`.
package struct Option<Value: Sendable>: OptionDeclaration {
    package let name: String
    package let letter: Character?
    package let placeholder: String?
    package private(set) var help: String
    package private(set) var isValueOptional = false
    package let choices: [String]
    package let formerName: String?
    /// The value of an option that is not given.
    let absent: Value
    private let read: @Sendable (String) throws(CommandError) -> Value

    /// - Parameter read: converts the given text, and throws `.usage` when it is not permitted.
    init(
        _ name: String, _ placeholder: String?, _ help: String, letter: Character? = nil, choices: [String] = [],
        formerName: String? = nil, absent: Value, read: @escaping @Sendable (String) throws(CommandError) -> Value
    ) {
        self.name = name
        self.letter = letter
        self.placeholder = placeholder
        self.help = help
        self.choices = choices
        self.formerName = formerName
        self.absent = absent
        self.read = read
    }

    package func value(of text: String?) throws(CommandError) -> any Sendable {
        guard let text else { return absent }
        return try read(text)
    }

    /// The same option, whose value may be left out.
    func withOptionalValue() -> Self {
        var copy = self
        copy.isValueOptional = true
        return copy
    }

    /// The same option with the help text of another verb.
    package func described(_ help: String) -> Self {
        var copy = self
        copy.help = help
        return copy
    }
}
