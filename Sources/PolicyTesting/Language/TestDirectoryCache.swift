internal import Lua
internal import Model

/// The snapshots that tests were made with: many tests have the same people, and building a snapshot costs more than a
/// decision. For one thread.
final class TestDirectoryCache {
    private var bases: [(table: LuaValue, base: TestOrganisation)] = []
    private var directories: [ExactName: [(base: TestOrganisation, directory: Directory)]] = [:]

    /// The number of organisations that tests state themselves, and of snapshots, that are kept.
    private static let most = (bases: 8, directories: 64)

    /// The organisation of a test, by the directories that it may name.
    func base(of test: TestTable, among directories: TestDirectories) throws(TestFault) -> TestOrganisation {
        guard let table = test["directory"], case .table = table else { return try directories.base(of: test) }
        if let known = bases.first(where: { $0.table == table }) { return known.base }
        let base = try directories.base(of: test)
        if bases.count == Self.most.bases { bases.removeFirst() }
        bases.append((table, base))
        return base
    }

    /// The parts of a test that add nobody and nothing to its organisation.
    private static let others: Set<ExactName> = [
        "directory", "point", "action", "resource", "context", "settings", "only_policy", "expect", "skip", "only",
    ]

    /// The snapshot of a test: one that was made for the same people and time, or a new one.
    func directory(
        of test: TestTable, _ base: TestOrganisation, make: () throws(TestFault) -> Directory
    ) throws(TestFault) -> Directory {
        let parts = test.names.filter { !Self.others.contains($0) }.sorted()
        let key = ExactName(LuaWriter.text(LuaValue(named: parts.map { ($0, test[$0]!) })))
        if let known = directories[key]?.first(where: { $0.base === base }) { return known.directory }
        let made = try make()
        if directories.count >= Self.most.directories { directories = [:] }
        directories[key, default: []].append((base, made))
        return made
    }
}
