import Decisions
import Model
import Policies
import Workbench

/// A store and policies that were made up, and questions about them.
struct Made {
    let point: DecisionPoint
    let directory: Directory
    let organisation: Organisation
    private let seed: UInt64

    /// - Parameter permits: whether there is a policy, beside those made up, that permits every access.
    init(seed: UInt64, policies count: Int, permits: Bool = false) throws {
        self.seed = seed
        var generator = PolicyGenerator(seed: seed)
        var files = [PolicySource.File(name: "schema.lua", bytes: Array(PolicyGenerator.schema.utf8))]
        for number in 0..<count {
            files.append(.init(name: "p\(number).lua", bytes: Array(generator.policy().utf8)))
        }
        if permits {
            let text = #"return { on = "access", grants = { "*" }, decide = function() permit() end }"#
            files.append(.init(name: "base.lua", bytes: Array(text.utf8)))
        }
        let settings = #"{ "p1": { "all": { "shared": ["sales"] }, "tenants": { "t2": { "limit": 5 } } } }"#
        files.append(.init(name: "settings.json", bytes: Array(settings.utf8)))
        var world = WorldGenerator(seed: seed)
        organisation = world.organisation()
        directory = try Directory(organisation)
        point = try DecisionPoint(
            policies: try Fixtures.load(PolicySource(path: "p", files: files)), directory: directory,
            budget: Budget(fuel: 60_000))
    }

    func questions(_ count: Int) -> [Question] {
        var world = WorldGenerator(seed: seed)
        _ = world.organisation()
        return (0..<count).map { _ in world.question() }
    }

    /// With changes made to all records, by policies that run anew.
    func decide(_ question: Question, _ changes: [Change], tenant: String) throws -> Decision {
        let supposition = Supposition(changes, tenant: tenant)
        let directory = try supposition.apply(to: directory)
        let point = try DecisionPoint(
            policies: try supposition.apply(to: point.policies), directory: directory, budget: Budget(fuel: 60_000),
            learning: .none)
        return try point.decide(supposition.apply(to: question))
    }
}
