internal import Lua
internal import Model
internal import Policies

/// Reads the test files of a folder and lists the tests to run.
struct TestPlanner: Sendable {
    let source: PolicySource
    private let policies: [ExactName]
    private let shared: TestFile?
    /// The reason why the file of shared fixtures cannot be read: no test can run then.
    let sharedFault: Diagnostic?
    /// The directories and the fixtures that the tests of every file may name.
    let directories: TestDirectories
    var fixtures: TestFixtures { TestFixtures([], shared: shared?.fixtures ?? []) }

    /// - Parameter given: the organisations that every test may name.
    init(_ source: PolicySource, policies: [ExactName], given: [ExactName: TestOrganisation]) {
        self.source = source
        self.policies = policies
        var directories = TestDirectories(given)
        var shared: TestFile?
        var fault: Diagnostic?
        if let file = source.sharedFixtures {
            do throws(TestFault) {
                let read = try TestFile(file.bytes, name: file.name.text)
                shared = read
                directories.add(read.directories)
            } catch { fault = Diagnostic(error.message, path: Self.path(file, in: source), line: error.line) }
        }
        self.shared = shared
        sharedFault = fault
        self.directories = directories
    }

    /// The files with tests, sorted by name.
    var files: [PolicyFile] {
        source.files.filter { $0.name.isTestFile && !$0.name.isInLibraryFolder }.sorted { $0.name < $1.name }
    }

    func plans(_ file: PolicyFile) -> [TestPlan] {
        let path = Self.path(file, in: source)
        func failed(_ message: String, line: Int? = nil) -> [TestPlan] {
            [TestPlan(result: TestResult(file: path, line: line, name: file.name.text, failure: TestFailure(message)))]
        }
        if file.name == source.sharedFixtures?.name {
            guard let first = shared?.tests.first else { return [] }
            return failed(
                "this file is for shared fixtures; put tests into the files of their policies", line: first.line)
        }
        let policy = file.name.testedID
        guard policies.contains(policy) else {
            return failed(
                "there is no policy `\(policy)` beside this test" + Suggestion.hint(for: policy, among: policies))
        }
        do throws(TestFault) {
            let read = try TestFile(file.bytes, name: file.name.text)
            if read.tests.isEmpty { throw TestFault("the file has no test") }
            let fixtures = TestFixtures(read.fixtures, shared: shared?.fixtures ?? [])
            var directories = directories
            directories.add(read.directories)
            return Self.refusingTwins(
                in: read.tests.flatMap { test in
                    var plan = TestPlan(
                        result: TestResult(file: path, line: test.line, name: test.name), policy: policy)
                    plan.directories = directories
                    plan.fixtures = fixtures
                    return cases(of: test, plan, fixtures, read.cases)
                })
        } catch { return failed(error.message, line: error.line) }
    }

    private static func path(_ file: PolicyFile, in source: PolicySource) -> String {
        source.path.isEmpty ? file.name.text : "\(source.path)/\(file.name)"
    }

    /// Fails every test that has the name of an earlier one in its file: results could not be told apart.
    private static func refusingTwins(in plans: [TestPlan]) -> [TestPlan] {
        var lines: [ExactName: Int?] = [:]
        return plans.map { plan in
            let name = ExactName(plan.result.name)
            guard let first = lines[name] else {
                lines[name] = .some(plan.result.line)
                return plan
            }
            var twin = plan
            let place = first.map { ", first on line \($0)" } ?? ""
            twin.result.failure = TestFailure("two tests of this file are called `\(name)`\(place); rename one of them")
            return twin
        }
    }

    /// One plan for a test, or one for each of its cases.
    private func cases(
        of test: TestFile.Test, _ plan: TestPlan, _ fixtures: TestFixtures, _ lines: TestCaseLines
    ) -> [TestPlan] {
        var base = plan
        do throws(TestFault) {
            let table = try fixtures.expanded(test.table)
            guard let cases = try TestTable(table, at: "test")["cases"] else {
                return [completed(plan, table)]
            }
            guard case .table(let entries) = cases, !entries.isEmpty else {
                throw TestFault("`cases` must be a list of cases, got \(cases.kindInWords)")
            }
            let common = table.without("cases")
            return entries.enumerated().map { index, entry in
                var plan = plan
                do throws(TestFault) {
                    let own = try TestTable(entry.value, at: "cases")
                    let name: String
                    if case .string(let key) = entry.key {
                        name = key
                        plan.result.line = lines.named(ExactName(key), of: test.line) ?? test.line
                    } else {
                        name = try own.string("name") ?? "case \(index + 1)"
                        plan.result.line = lines.item(index, of: test.line) ?? test.line
                    }
                    plan.result.name = "\(test.name): \(name)"
                    return completed(plan, common.case(try fixtures.expanded(entry.value.without("name"))))
                } catch {
                    plan.result.failure = TestFailure(error.message)
                    return plan
                }
            }
        } catch {
            base.result.failure = TestFailure(error.message)
            return [base]
        }
    }

    private func completed(_ plan: TestPlan, _ table: LuaValue) -> TestPlan {
        var plan = plan
        do throws(TestFault) {
            let fields = try TestTable(table, at: "test")
            plan.result.skipped = try fields.string("skip")
            if plan.result.skipped == "" { throw TestFault("`skip` must give a reason") }
            plan.isOnly = try fields.boolean("only") ?? false
            plan.table = table
        } catch { plan.result.failure = TestFailure(error.message) }
        return plan
    }
}

extension LuaValue {
    /// A case overrides the test's fields; its `expect` replaces the test's as a whole.
    fileprivate func `case`(_ own: LuaValue) -> LuaValue {
        guard case .table(let entries) = own, entries.contains(where: { $0.key == .string("expect") }) else {
            return overlaid(by: own)
        }
        return without("expect").overlaid(by: own)
    }
}

extension PolicySource {
    /// The file that all tests of the folder share; when a policy is called `fixtures`, that file has its tests
    /// instead.
    var sharedFixtures: PolicyFile? {
        guard !files.contains(where: { $0.name == "fixtures.lua" }) else { return nil }
        return files.first { $0.name == PolicyFile.sharedTests }
    }
}
