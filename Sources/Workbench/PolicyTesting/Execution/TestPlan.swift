internal import Lua
internal import Model
internal import Policies

/// A test that is to be run, or the reason why it cannot be.
struct TestPlan: Sendable {
    var result: TestResult
    /// Where it stands among all tests.
    var number = 0
    /// The tested policy.
    var policy: ExactName = ""
    /// With its fixtures in place; `nil` when it cannot be run.
    var table: LuaValue?
    var isOnly = false
    /// What the test's `directory` may name.
    var directories = TestDirectories()
}

/// The organisations that tests of a file may happen in, by name.
struct TestDirectories: Sendable {
    /// The one of tests that name none.
    static let own: ExactName = ""
    private var grounds: [ExactName: Result<TestOrganisation, TestFault>] = [:]

    subscript(name: ExactName) -> TestOrganisation? {
        get throws(TestFault) { try grounds[name]?.get() }
    }

    init() {}

    /// - Parameter given: those that come from outside, by name.
    init(_ given: [ExactName: TestOrganisation]) {
        grounds = given.mapValues { .success($0) }
    }

    mutating func add(_ directories: [TestFile.Named]) {
        for directory in directories { grounds[directory.name] = Self.base(directory.table) }
    }

    static func base(_ table: LuaValue) -> Result<TestOrganisation, TestFault> {
        Result { () throws(TestFault) in try TestOrganisation(try TestDirectory.organisation(table)) }
    }

    /// What a test happens in: the directory that it states or names, else the file's own, the store, or the demo.
    func base(of test: TestTable) throws(TestFault) -> TestOrganisation {
        guard let stated = test["directory"] else {
            for name in [Self.own, "store", "demo"] { if let base = try self[name] { return base } }
            throw TestFault("the test names no `directory`")
        }
        if case .table = stated { return try Self.base(stated).get() }
        let name = try test.name("directory") ?? ""
        if let base = try self[name] { return base }
        if name == "store" { throw TestFault("the test is about the store: run it with `--store FILE`") }
        let known = grounds.keys.filter { $0 != Self.own }
        throw TestFault("there is no directory `\(name)`" + Suggestion.hint(for: name, among: known))
    }
}
