internal import Analysis
internal import CommandLine
internal import Decisions
internal import Model
internal import Policies
internal import Presentation

extension Repl {
    /// Prints which of some external subjects may do something.
    /// - Parameters:
    ///   - candidates: `TYPE:a,b`, `TYPE:PLUGIN.TABLE`, or `TYPE:` with a JSON list of objects that have an `id`.
    ///   - words: the action and the rest of the request.
    func tellWhoCan(among candidates: String, _ words: [String], _ invocation: Invocation) throws(CommandError) -> Int32
    {
        let snapshot = try timedDirectory(invocation)
        let set = try rules().set
        let subjects = try self.candidates(candidates, set, snapshot.directory)
        guard let first = subjects.first, case .external(let type, _, _) = first else {
            throw CommandError("there is no candidate in `\(candidates)`")
        }
        let question = try RequestParser(
            invocation, snapshot, set.schema, words: ["-"] + (try Self.plain(words)), subject: "\(type):any"
        ).question()
        try requireDeclared(question)
        let progress = Progress("subjects", invocation.terminal, stoppedBy: .keyboard)
        defer { progress.end() }
        let who = SubjectsWhoCan(question, among: subjects, try rules().authorizer, on: snapshot.directory) {
            progress.step($0, of: $1)
        }
        progress.end()
        let size = invocation.mostTokens
        let tenant = question.tenant ?? ""
        var listing = Listing(.subjectsWhoCan)
        for row in who.rows.prefix(size) {
            guard case .external(let type, let id, _) = subjects[row.candidate] else { continue }
            let answer = row.answer.words(in: snapshot.directory, tenant: tenant)
            listing.add(
                [TableCell("\(type):\(id)"), TableCell(answer)],
                [.init("subject", .string("\(type):\(id)")), .init("answers", .strings([answer]))])
        }
        try listing.print(invocation, "subject")
        if who.rows.count > size {
            invocation.terminal.note("\(size) of \(counted(who.rows.count, "subject")); `--limit` lists more")
        }
        if !invocation[.json] {
            let yes = who.rows.count { $0.answer == .yes }
            invocation.terminal.note(
                "of \(counted(who.asked, "subject")): \(yes) always, \(who.rows.count - yes) depending on the request")
        }
        if !who.isComplete { invocation.terminal.note("stopped: not every subject was evaluated") }
        return ExitStatus.done
    }

    /// The external subjects of a list on the command line, or of a plugin's data.
    private func candidates(
        _ text: String, _ set: PolicySet, _ directory: Directory
    ) throws(CommandError) -> [AuthorizationRequest.Subject] {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw .usage("`--among` is TYPE:a,b or TYPE:PLUGIN.TABLE or TYPE: with a JSON list, got `\(text)`")
        }
        let type = ExactName(parts[0])
        guard let record = set.schema.subject(type).map({ set.schema.subjects[$0] }) else {
            let known = set.schema.subjects.map(\.name)
            throw CommandError(
                "the schema declares no subject type `\(type)`\(Suggestion.hint(for: type, among: known))")
        }
        if let table = try table(parts[1], set) { return try Self.rows(of: table, as: record, parts[1], directory) }
        guard parts[1].hasPrefix("[") else {
            return parts[1].split(separator: ",").map {
                .external(type: type, id: ExactName($0), properties: .object([]))
            }
        }
        guard case .array(let items)? = try? JSONReader.parse(Array(parts[1].utf8)) else {
            throw .usage("`--among`: this is no JSON list: \(parts[1])")
        }
        return try items.map { item throws(CommandError) in
            if case .string(let id) = item { return .external(type: type, id: ExactName(id), properties: .object([])) }
            guard case .object(let members) = item, let id = item["id"]?.string else {
                throw .usage(
                    "`--among`: each candidate is a string, or an object with a string `id`, got \(item.compact)")
            }
            return .external(type: type, id: ExactName(id), properties: .object(members.filter { $0.key != "id" }))
        }
    }

    /// The table of `PLUGIN.TABLE`; `nil` for a text that names no plugin.
    private func table(_ text: String, _ set: PolicySet) throws(CommandError) -> PluginTable? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { ExactName($0) }
        guard parts.count == 2, let plugin = set.plugins.provided.first(where: { $0.name == parts[0] }) else {
            return nil
        }
        guard let table = plugin.tables.first(where: { $0.name == parts[1] }) else {
            let hint = Suggestion.hint(for: parts[1], among: plugin.tables.map(\.name))
            throw CommandError("the plugin `\(parts[0])` has no data `\(parts[1])`\(hint)")
        }
        guard table.key != nil else {
            throw CommandError("`\(text)` has no key, which would be the ids of the candidates")
        }
        return table
    }

    /// The rows of a table as subjects: the key is the id, and columns are the properties of the same name.
    private static func rows(
        of table: PluginTable, as type: Schema.RecordType, _ name: String, _ directory: Directory
    ) throws(CommandError) -> [AuthorizationRequest.Subject] {
        try (0..<table.count).map { row throws(CommandError) in
            guard let id = table.value(row, table.key!).json(in: directory) else {
                throw CommandError("the key of a row of `\(name)` is no id")
            }
            var properties: [JSON.Member] = []
            for (column, declared) in table.columns.enumerated() where type.slot(declared.name) != nil {
                guard let value = table.value(row, column).json(in: directory), value != .null else { continue }
                properties.append(.init(declared.name, value))
            }
            return .external(
                type: type.name, id: ExactName(id.string ?? id.compact), properties: .object(properties))
        }
    }
}

extension Option<String?> {
    /// The candidates of `who can`.
    static var among: Self {
        Self("among", "TYPE:LIST", "external subjects instead of tokens: `user:a,b`, JSON, or the rows of PLUGIN.TABLE")
    }
}
