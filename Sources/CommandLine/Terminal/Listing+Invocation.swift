package import Model
internal import Presentation

extension Listing {
    /// Prints the rows as a table, as JSON or as CSV, depending on the options.
    /// - Parameter noun: the noun for one row, such as `token`; only people see the count.
    package func print(_ invocation: Invocation, _ noun: String, plural: String? = nil) throws(CommandError) {
        try Self.check(invocation)
        let terminal = invocation.terminal
        if invocation[.json] {
            terminal.print(rows.pretty)
        } else if invocation[ifDeclared: .csv] {
            table.printCSV(to: terminal)
        } else {
            table.print(to: terminal)
            terminal.note(counted(count, noun, plural))
        }
    }

    /// Notes the zone of a table's times, where its cells leave it out.
    package static func noteZone(_ zone: Zone, _ invocation: Invocation) {
        guard invocation.terminal.streams.columns != nil, !invocation[.json], !invocation[ifDeclared: .csv] else {
            return
        }
        invocation.terminal.note("times in \(zone.name)")
    }

    static func check(_ invocation: Invocation) throws(CommandError) {
        guard !invocation[.json] || !invocation[ifDeclared: .csv] else {
            throw .usage("`--json` and `--csv` cannot be combined; use only one of them")
        }
    }
}
