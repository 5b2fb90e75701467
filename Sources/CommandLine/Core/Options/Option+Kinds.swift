internal import Model

extension Option<Bool> {
    /// A flag: true when it is given.
    package init(flag name: String, _ help: String, letter: Character? = nil, formerName: String? = nil) {
        self.init(name, nil, help, letter: letter, formerName: formerName, absent: false) { _ in true }
    }
}

extension Option<String?> {
    /// Any text.
    package init(_ name: String, _ placeholder: String, _ help: String) {
        self.init(name, placeholder, help, absent: nil) { $0 }
    }
}

extension Option<ExactName?> {
    init(_ name: String, _ placeholder: String, _ help: String) {
        self.init(name, placeholder, help, absent: nil) { ExactName($0) }
    }
}

extension Option<Int> {
    /// A whole number from `least` to `most`; the help text ends with its default.
    package init(
        _ name: String, _ placeholder: String, _ help: String, least: Int = 1, most: Int = .max,
        default standard: Int
    ) {
        self.init(name, placeholder, "\(help) (\(standard))", least: least, most: most, absent: standard)
    }

    /// A whole number whose default the help text states in words.
    init(_ name: String, _ placeholder: String, _ help: String, least: Int = 1, most: Int = .max, absent: Int) {
        self.init(name, placeholder, help, absent: absent) { text throws(CommandError) in
            try wholeNumber(text, name, least: least, most: most)
        }
    }
}

extension Option<Int?> {
    /// A whole number from `least` to `most`.
    package init(
        _ name: String, _ placeholder: String, _ help: String, least: Int = 1, most: Int = .max,
        formerName: String? = nil
    ) {
        self.init(name, placeholder, help, formerName: formerName, absent: nil) { text throws(CommandError) in
            try wholeNumber(text, name, least: least, most: most)
        }
    }
}

private func wholeNumber(_ text: String, _ name: String, least: Int, most: Int) throws(CommandError) -> Int {
    guard let number = Int(text), least <= number, number <= most else {
        let range = most == .max ? "of at least \(least)" : "from \(least) to \(most)"
        throw .usage("`--\(name)` must be a whole number \(range), got `\(text)`")
    }
    return number
}

extension Option where Value: RawRepresentable<String> & CaseIterable {
    /// One of the cases of an enumeration, by its raw value; the help text ends with its default.
    init(_ name: String, _ placeholder: String, _ help: String, default standard: Value) {
        self.init(
            name, placeholder, "\(help) (\(standard.rawValue))", choices: Value.allCases.map(\.rawValue),
            absent: standard
        ) { Value(rawValue: $0) ?? standard }
    }
}

extension Option {
    /// One of the cases of an enumeration, by its raw value.
    init<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, _ placeholder: String, _ help: String)
    where Value == Choice? {
        self.init(name, placeholder, help, choices: Choice.allCases.map(\.rawValue), absent: nil) {
            Choice(rawValue: $0)
        }
    }
}

extension Option<TimeArgument?> {
    /// A day, a moment or a duration.
    init(_ name: String, _ placeholder: String, _ help: String) {
        self.init(name, placeholder, help, absent: nil) { text throws(CommandError) in
            try TimeArgument(text, for: "--\(name)")
        }
    }
}
