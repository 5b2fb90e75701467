/// The path of names at the end of a piece of Lua, found by reading backwards: `request.token.dep`,
/// `org.managers:get("x").us`, `use "org".`.
struct LuaPath: Equatable {
    /// A name after a dot or a colon.
    struct Step: Equatable {
        let name: String
        /// True when the named function or method is called.
        var isCalled = false
    }

    /// The beginning of a path.
    enum Head: Equatable {
        case name(String)
        /// `use "org"`
        case use(String)
    }

    /// The beginning of the last name, perhaps empty.
    let partial: String
    /// `nil` when the last name is also the first.
    let head: Head?
    /// The names between the head and the last name.
    let steps: [Step]
    /// True when a colon precedes the last name.
    let asksMethod: Bool
    /// True when the last name is that of a plugin or a library, after `use "`.
    let namesPlugin: Bool

    init(endOf text: String) {
        var scanner = Scanner(characters: Array(text))
        var name = scanner
        let whole = name.usedName()
        namesPlugin = name.opensUse
        partial = namesPlugin ? whole : scanner.name()
        if namesPlugin {
            (head, steps, asksMethod) = (nil, [], false)
            return
        }
        guard let separator = scanner.separator() else {
            (head, steps, asksMethod) = (nil, [], false)
            return
        }
        asksMethod = separator == ":"
        var found: [Step] = []
        while true {
            let isCalled = scanner.arguments()
            if let plugin = scanner.used(isCalled) {
                head = .use(plugin)
                break
            }
            let name = scanner.name()
            guard scanner.separator() != nil else {
                head = .name(isCalled ? "" : name)
                break
            }
            found.append(Step(name: name, isCalled: isCalled))
        }
        steps = found.reversed()
    }
}

/// Reads a text from its end.
private struct Scanner {
    let characters: [Character]
    /// The number of characters not yet read.
    private var end: Int

    init(characters: [Character]) {
        self.characters = characters
        end = characters.count
    }

    private var last: Character? { end > 0 ? characters[end - 1] : nil }

    mutating func name() -> String {
        let start = end
        while let last, last.isLetter || last.isNumber || last == "_" { end -= 1 }
        return String(characters[end..<start])
    }

    /// The name of a plugin or a library, which has a dot: `lib.names`.
    mutating func usedName() -> String {
        let start = end
        while let last, last.isLetter || last.isNumber || "_.".contains(last) { end -= 1 }
        return String(characters[end..<start])
    }

    mutating func separator() -> Character? {
        guard let last, ".:".contains(last), !(end > 1 && characters[end - 2] == last) else { return nil }
        end -= 1
        return last
    }

    /// Skips the arguments of a call.
    /// - Returns: false when there are none.
    mutating func arguments() -> Bool {
        guard last == ")" else { return false }
        var depth = 0
        while let last {
            if "'\"".contains(last) {
                _ = text()
                continue
            }
            end -= 1
            if last == ")" { depth += 1 }
            if last == "(" { depth -= 1 }
            if depth == 0 { return true }
        }
        return true
    }

    /// The string literal that ends here, without its quotes.
    private mutating func text() -> String? {
        guard let quote = last, "'\"".contains(quote) else { return nil }
        let close = end - 1
        end = close
        while let last, last != quote { end -= 1 }
        guard last == quote else { return nil }
        end -= 1
        return String(characters[(end + 1)..<close])
    }

    /// The plugin of `use "org"`, or of `use("org")` whose arguments were already skipped.
    mutating func used(_ isCalled: Bool) -> String? {
        let before = end
        if isCalled {
            var inside = Scanner(characters: Array(characters[end...].prefix { $0 != ")" }.dropFirst()))
            inside.blanks()
            if word() == "use", let name = inside.text() { return name }
        } else if let name = text(), word() == "use" {
            return name
        }
        end = before
        return nil
    }

    /// True when the text read so far is preceded by `use "` or `use("`.
    var opensUse: Bool {
        var copy = self
        guard let last, "'\"".contains(last) else { return false }
        copy.end -= 1
        copy.blanks()
        if copy.last == "(" { copy.end -= 1 }
        return copy.word() == "use"
    }

    private mutating func blanks() { while let last, last.isWhitespace { end -= 1 } }

    private mutating func word() -> String {
        blanks()
        return name()
    }
}
