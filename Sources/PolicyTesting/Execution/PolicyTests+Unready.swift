internal import Lua
package import Model
internal import Policies

extension PolicyTests {
    /// A test that cannot run as it is written, or a whole file of such tests.
    package struct Unready: Sendable {
        package let file: ExactName
        /// `nil` for a whole file.
        package let line: Int?
        package let message: String
        /// True when the whole file cannot be read.
        package let isOfFile: Bool
        /// True when the name that is unknown may be one of a store, in which the test could happen instead.
        package let dependsOnStore: Bool
    }

    /// The tests that fail before anything is decided: a name that does not exist, or a key that a test does not have.
    /// Tests of a store are left out, where none is given.
    package func unready() -> [Unready] {
        var sets = TestSets(source, policies: policies)
        var found: [Unready] = []
        for file in planner.files {
            for plan in planner.plans(file) {
                func note(_ message: String, dependsOnStore: Bool = false) {
                    found.append(
                        Unready(
                            file: file.name, line: plan.result.line, message: message, isOfFile: plan.table == nil,
                            dependsOnStore: dependsOnStore))
                }
                if let failure = plan.result.failure {
                    note(failure.message)
                    continue
                }
                guard let table = plan.table, plan.result.skipped == nil, !needsStore(table) else { continue }
                do throws(TestFault) { _ = try sets.prepare(table, plan) } catch {
                    let hasOwn = (try? plan.directories[TestDirectories.own]) != nil
                    let isStated = hasOwn || table.has("directory")
                    note(error.message, dependsOnStore: error.isOfDirectory && !isStated)
                }
            }
        }
        return found
    }

    private func needsStore(_ table: LuaValue) -> Bool {
        guard case .table(let entries) = table else { return false }
        return entries.contains { $0.key == .string("directory") && $0.value == .string("store") }
    }
}

extension LuaValue {
    fileprivate func has(_ name: ExactName) -> Bool {
        guard case .table(let entries) = self else { return false }
        return entries.contains { $0.key.name == name }
    }
}
