import Decisions
import Engine
import Foundation
import Model
import Policies
import TestSupport
import Testing

@testable import Analysis

/// Every answer of the solver, held to another solver that shares nothing with it: Z3, which `make test-long` installs. It
/// reads the clauses as text, in the format of DIMACS.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["DEMILUNE_LONG"] == "1")) struct RefereeTests {
    /// The answer of Z3 on the clauses of a formula and some literals.
    private func answer(_ formula: Formula, _ goal: [Literal]) throws -> SatisfiabilitySolver.Result? {
        let clauses = formula.clauses + goal.map { [$0] }
        var text = "p cnf \(formula.variables.count) \(clauses.count)\n"
        for clause in clauses { text += clause.map { "\($0.number) " }.joined() + "0\n" }
        let folder = try Folder()
        let path = folder.file("goal.cnf")
        try Data(text.utf8).write(to: URL(filePath: path))
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["z3", "-dimacs", path]
        process.standardOutput = output
        try process.run()
        let answer = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return answer.hasPrefix("s SATISFIABLE")
            ? .satisfiable : answer.hasPrefix("s UNSATISFIABLE") ? .unsatisfiable : nil
    }

    /// The goals of all invariants of a folder.
    private func goals(
        _ exploration: Exploration, _ invariants: [Invariant]
    ) -> [(explored: ExploredContext, goal: [Literal])] {
        invariants.flatMap { invariant in
            DecisionContext.all(of: invariant.shape, schema: exploration.set.schema).flatMap { context in
                let goal = exploration.goal(of: invariant, in: context).goal
                let condition = goal.explored.formula.any([goal.holds, goal.isUnexplored])
                return [
                    [goal.fails, goal.perhaps], [goal.holds, goal.surely], [condition, goal.perhaps], [condition],
                ]
                .map { (goal.explored, $0) }
            }
        }
    }

    @Test func `both solvers agree on the shipped invariants`() throws {
        let source = try Fixtures.shipped()
        let set = try Fixtures.load(source)
        let file = set.invariants(source)
        let exploration = try Exploration(set, file, options: Exploration.Options(now: .test))
        var counts: [SatisfiabilitySolver.Result: Int] = [:]
        for (explored, goal) in goals(exploration, file.invariants) {
            let answer = explored.solve(goal)
            #expect(try self.answer(explored.formula, goal) == answer)
            counts[answer, default: 0] += 1
        }
        #expect(
            counts[.unsatisfiable] ?? 0 > 30 && counts[.satisfiable] ?? 0 > 15 && counts[.unknown] == nil, "\(counts)")
    }

    @Test(arguments: 40..<52 as Range<UInt64>)
    func `both solvers agree on the branches of generated policies`(seed: UInt64) throws {
        let store = try GeneratedStore(seed: seed, policies: 4, permits: true)
        var options = Exploration.Options(now: .test)
        options.limits.branches = 1_000
        let exploration = try Exploration(store.authorizer.policies, options: options)
        for context in exploration.contexts {
            let (explored, _) = exploration.explored(context)
            explored.addLaws()
            let all = Array(explored.policies.indices)
            let (surely, perhaps) = (explored.permit(all, perhaps: false), explored.permit(all, perhaps: true))
            var goals = [[surely], [perhaps], [perhaps, !surely], [!perhaps]]
            // A branch of one policy, and permitted all the same.
            for (number, part) in explored.parts.enumerated() {
                for (node, _) in part.tree.leaves.prefix(6) {
                    goals += [[explored.reaches(node, of: number)], [explored.reaches(node, of: number), surely]]
                }
            }
            for goal in goals { #expect(try answer(explored.formula, goal) == explored.solve(goal), "\(seed)") }
        }
    }
}
