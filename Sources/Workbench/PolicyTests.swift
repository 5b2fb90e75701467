internal import Decisions
internal import Lua
package import Model
package import Policies

/// Runs the tests that lie beside policies: `X_test.lua` tests `X.lua`.
///
/// Every test asks a decision point of its own, with every policy of the folder, or with the one it is about.
package struct PolicyTests {
    private let source: PolicySource
    private let organisations: [String: Organisation]
    private var sets: [String: Result<PolicySet, TestFault>] = [:]

    /// - Parameter organisations: what a test's `directory` may name.
    package init(_ source: PolicySource, organisations: [String: Organisation]) {
        self.source = source
        self.organisations = organisations
    }

    /// Every test of every test file, in the order of the files' names; empty when there is none.
    /// - Parameter isWanted: which test files to read, by name.
    package mutating func run(where isWanted: (String) -> Bool = { _ in true }) -> [TestResult] {
        let files = source.files.filter { $0.name.hasSuffix(TestFile.suffix) && isWanted($0.name) }
        return files.sorted { $0.name < $1.name }.flatMap { run($0) }
    }

    private mutating func run(_ file: PolicySource.File) -> [TestResult] {
        let path = source.path.isEmpty ? file.name : "\(source.path)/\(file.name)"
        do throws(TestFault) {
            let policy = String(file.name.dropLast(TestFile.suffix.count))
            let policies = source.policyIDs
            guard policies.contains(policy) else {
                throw TestFault(
                    "there is no policy `\(policy)` beside this test" + Suggestion.hint(for: policy, among: policies))
            }
            let tests = try TestFile.read(file.bytes, name: file.name)
            if tests.isEmpty { throw TestFault("the file has no test") }
            return tests.map { test in
                TestResult(
                    file: path, line: test.line, name: test.name, failure: failure(of: test, policy: policy))
            }
        } catch {
            return [TestResult(file: path, line: nil, name: file.name, failure: error.message)]
        }
    }

    /// Why one test fails; `nil` when it passes.
    private mutating func failure(of test: TestFile.Test, policy: String) -> String? {
        do throws(TestFault) {
            let table = try TestTable(test.table, at: "test")
            try table.refuseOthers(than: TestCase.keys)
            let name = try table.string("directory") ?? "demo"
            guard let organisation = organisations[name] else {
                throw TestFault(
                    "there is no directory `\(name)`" + Suggestion.hint(for: name, among: organisations.keys))
            }
            let isAlone = try table.boolean("only_policy") ?? false
            let set = try policySet(isAlone ? policy : nil, settings: table.table("settings"))
            let test = try TestCase(
                table, policy: policy, policies: source.policyIDs, schema: set.schema, organisation: organisation)
            return test.expectation.difference(from: try decide(test, set))
        } catch {
            return error.message
        }
    }

    private func decide(_ test: TestCase, _ set: PolicySet) throws(TestFault) -> Decision {
        do {
            return try DecisionPoint(policies: set, directory: test.directory).decide(test.question)
        } catch let error as RequestError {
            throw TestFault("the request is not valid: \(error.message)")
        } catch let error as PolicyError {
            throw TestFault("the policies cannot run: \(error.message)")
        } catch {
            throw TestFault("\(error)")
        }
    }

    /// The policies a test runs with: all or one alone, and with settings of the test's own.
    private mutating func policySet(_ only: String?, settings: TestTable?) throws(TestFault) -> PolicySet {
        let overrides = JSON.object(try settings?.members() ?? [])
        let key = "\(only ?? "*") \(overrides.compact)"
        if let set = sets[key] { return try set.get() }
        let result: Result<PolicySet, TestFault>
        do throws(TestFault) {
            var reduced = source.withoutTests(only: only)
            if let settings { try reduced.override(settings, policies: source.policyIDs) }
            let loaded = PolicySet.load(reduced)
            guard let set = loaded.set else {
                let first = loaded.diagnostics.first { $0.severity == .error }
                throw TestFault("the policies do not load: \(first?.description ?? "no reason given")")
            }
            result = .success(set)
        } catch {
            result = .failure(error)
        }
        sets[key] = result
        return try result.get()
    }
}
