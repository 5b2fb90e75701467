internal import CommandLine
internal import Model
internal import Policies
internal import Presentation

/// A possible completion, with its description.
struct Candidate: Equatable {
    let text: String
    let help: String
    /// True when the completed word ends here; a blank then follows it.
    var isWhole = true

    /// Stands for further candidates that were not read: what the others share, these may not.
    static let unread = Candidate(text: "", help: "", isWhole: false)
}

/// Finds the possible completions at the cursor.
struct Completion {
    let repl: Repl
    /// The beginning of the word before the cursor.
    let partial: String

    /// - Parameters:
    ///   - before: the text before the cursor.
    ///   - columns: the greatest width of the list.
    ///   - rows: the height of the terminal, which limits the length of the list.
    static func edit(_ before: String, _ repl: Repl, columns: Int, rows: Int) -> Editor.Edit {
        // An error here is ignored: the command will report it, and until then the old names are offered.
        try? repl.snapshot.refresh()
        let line = current(before)
        if line.drop(while: \.isWhitespace).hasPrefix("=") {
            let path = LuaPath(endOf: line)
            let completion = Completion(repl: repl, partial: path.partial)
            return completion.edit(completion.names(path, in: line), typed: path.partial, columns: columns, rows: rows)
        }
        let words = CommandTokenizer(line)
        let last = words.isLastUnfinished ? words.words.last : nil
        let completion = Completion(repl: repl, partial: last?.text ?? "")
        let preceding = words.texts.dropLast(last == nil ? 0 : 1)
        let typed = last.map { String(line.dropFirst($0.start)) } ?? ""
        return completion.edit(completion.next(Array(preceding)), typed: typed, columns: columns, rows: rows)
    }

    /// The command that the cursor is in.
    private static func current(_ before: String) -> String {
        var text = ""
        for line in before.split(separator: "\n", omittingEmptySubsequences: false) {
            text = text.isEmpty || CommandTokenizer.isWhole(text) ? String(line) : text + "\n" + line
        }
        return text
    }

    // MARK: The edit of the line

    private func edit(_ known: [Candidate], typed: String, columns: Int, rows: Int) -> Editor.Edit {
        let candidates = known.filter { $0 != .unread }
        let isWhole = candidates.count == known.count
        var fitting = candidates.filter { $0.text.hasPrefix(partial) }
        if fitting.isEmpty { fitting = candidates.filter { $0.text.lowercased().hasPrefix(partial.lowercased()) } }
        if fitting.isEmpty { fitting = candidates.filter { $0.text.lowercased().contains(partial.lowercased()) } }
        guard let first = fitting.first else { return Editor.Edit() }
        guard isWhole else {
            return Editor.Edit(shown: Self.list(fitting, columns: columns, rows: rows, isWhole: false))
        }
        let erased = typed.unicodeScalars.count
        if fitting.count == 1 {
            let text = first.isWhole ? CommandTokenizer.quoted(first.text) + " " : first.text
            return Editor.Edit(erased: erased, inserted: text)
        }
        let common = fitting.dropFirst().reduce(first.text) { Self.common($0, $1.text) }
        if common.count > partial.count || common.hasPrefix(partial) && common != partial {
            let quote = typed.first.flatMap { "'\"".contains($0) ? $0 : nil } ?? (common.contains(" ") ? "'" : nil)
            let text = common.contains("=") ? common : (quote.map(String.init) ?? "") + common
            return Editor.Edit(erased: erased, inserted: text)
        }
        return Editor.Edit(shown: Self.list(fitting, columns: columns, rows: rows, isWhole: true))
    }

    private static func common(_ one: String, _ other: String) -> String {
        String(zip(one, other).prefix { $0 == $1 }.map(\.0))
    }

    /// - Parameter isWhole: false when there are more candidates than these.
    private static func list(_ candidates: [Candidate], columns: Int, rows: Int, isWhole: Bool) -> String {
        let shown = candidates.prefix(max(3, rows - 3))
        let width = min(columns / 2, shown.map { DisplayWidth.of($0.text) }.max() ?? 0)
        var text = ""
        for candidate in shown {
            let name = DisplayWidth.fit(Terminal.escaped(candidate.text), width)
            let space = String(repeating: " ", count: width - DisplayWidth.of(name) + 2)
            let help = DisplayWidth.fit(Terminal.escaped(candidate.help), max(0, columns - width - 5))
            text += "  \(name)\(help.isEmpty ? "" : space + help)\n"
        }
        if !isWhole {
            text += "  … and more: type another letter\n"
        } else if shown.count < candidates.count {
            text += "  … and \(candidates.count - shown.count) more\n"
        }
        return text
    }

    // MARK: Candidates

    private func next(_ words: [String]) -> [Candidate] {
        guard let first = words.first else { return firstWords }
        let named =
            Repl.verbs.first { words.count > 1 && $0.name == "\(first) \(words[1])" }
            ?? Repl.verbs.first { $0.name == first }
        let family = Repl.verbs.filter { $0.name.hasPrefix(first + " ") }
        let second =
            words.count == 1 && !family.isEmpty
            ? family.map { Candidate(text: String($0.name.dropFirst(first.count + 1)), help: $0.summary) } : []
        guard let verb = named else { return second }
        var arguments = Array(words.dropFirst(verb.name.split(separator: " ").count))
        let options = verb.options + GlobalOptions.all
        if let last = arguments.last, last.hasPrefix("--"), let option = option(last, options),
            let value = option.placeholder
        {
            return option.choices.isEmpty ? values(value) : option.choices.map { Candidate(text: $0, help: "") }
        }
        if partial.hasPrefix("-") {
            return options.filter { option in !arguments.contains(option.flag) }.map { option in
                Candidate(text: option.flag, help: option.help)
            }
        }
        if let place = arguments.firstIndex(where: { $0.hasPrefix("--") }) {
            let takesValue = option(arguments[place], options)?.placeholder != nil
            arguments.removeSubrange(place...min(arguments.count - 1, place + (takesValue ? 1 : 0)))
        }
        if let suggest = Repl.command(verb)?.suggest { return second + suggest(self, arguments) }
        let positionals = verb.positionals
        guard let positional = arguments.count < positionals.count ? positionals[arguments.count] : positionals.last,
            arguments.count < positionals.count || positional.isRepeated
        else { return second }
        return second + values(positional.name)
    }

    private func option(_ word: String, _ options: [any OptionDeclaration]) -> (any OptionDeclaration)? {
        options.first { $0.flag == word }
    }

    private var firstWords: [Candidate] {
        var result: [Candidate] = []
        for verb in Repl.verbs {
            let word = String(verb.name.prefix { $0 != " " })
            guard !result.contains(where: { $0.text == word }) else { continue }
            let family = Repl.verbs.filter { $0.name.hasPrefix(word + " ") }
            let seconds = family.map { String($0.name.dropFirst(word.count + 1)) }.joined(separator: ", ")
            result.append(Candidate(text: word, help: verb.name == word ? verb.summary : seconds))
        }
        return result
    }

    /// Values for a placeholder of a help text, such as `TOKEN`.
    func values(_ placeholder: String) -> [Candidate] {
        switch placeholder.prefix(while: { $0.isLetter || $0 == " " }) {
        case "TOKEN": tokens
        case "USER": users
        case "DEPARTMENT": departments
        case "TYPE", "USER TYPE": userTypes
        case "TENANT", "ID": tenants
        case "ACTION": actions
        case "POLICY": policies
        case "FILE", "DIR", "PATH": Self.files(partial)
        case "TIME":
            [
                Candidate(text: "now", help: "the clock's time"),
                Candidate(text: "+30d", help: "so much later: s, m, h, d, w, mo or y"),
                Candidate(text: "2027-01-15", help: "a day's first moment", isWhole: true),
            ]
        default: []
        }
    }
}
