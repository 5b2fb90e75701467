internal import Lua
internal import Model
internal import Policies

/// A test to run, or the reason why it cannot run.
struct TestPlan: Sendable {
    var result: TestResult
    /// Its place among all tests.
    var number = 0
    /// The tested policy, or the tested library.
    var policy: ExactName = ""
    /// The tested library, `lib.names`; `nil` for a test of a policy.
    var library: ExactName?
    /// The test with its fixtures filled in; `nil` when it cannot run.
    var table: LuaValue?
    var isOnly = false
    /// The directories that the test may name.
    var directories = TestDirectories()
    /// The fixtures that the test may name.
    var fixtures = TestFixtures([])
}

/// The organisations that the tests of a file may use, by name.
struct TestDirectories: Sendable {
    /// The name of the file's own directory, for tests that name none.
    static let own: ExactName = ""
    private var organisations: [ExactName: Result<TestOrganisation, TestFault>] = [:]

    subscript(name: ExactName) -> TestOrganisation? {
        get throws(TestFault) { try organisations[name]?.get() }
    }

    init() {}

    /// - Parameter given: the organisations from outside, by name.
    init(_ given: [ExactName: TestOrganisation]) {
        organisations = given.mapValues { .success($0) }
    }

    mutating func add(_ directories: [TestFile.Named]) {
        for directory in directories { organisations[directory.name] = Self.base(directory.table) }
    }

    static func base(_ table: LuaValue) -> Result<TestOrganisation, TestFault> {
        Result { () throws(TestFault) in try TestOrganisation(try TestDirectory.organisation(table)) }
    }

    /// The organisation of a test: the directory that it has or names, else the file's own, the store, or the demo.
    func base(of test: TestTable) throws(TestFault) -> TestOrganisation {
        guard let stated = test["directory"] else {
            for name in [Self.own, "store", "demo"] { if let base = try self[name] { return base } }
            throw TestFault("the test names no `directory`")
        }
        if case .table = stated { return try Self.base(stated).get() }
        let name = try test.name("directory") ?? ""
        if let base = try self[name] { return base }
        if name == "store" { throw TestFault("the test needs the store; run it with `--store FILE`") }
        let known = organisations.keys.filter { $0 != Self.own }
        throw TestFault("there is no directory `\(name)`" + Suggestion.hint(for: name, among: known))
    }
}
