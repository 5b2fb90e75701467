import Model
import TestSupport
import Testing

@testable import Decisions
@testable import Engine

/// Snapshots that are amended while one authorizer decides on them, held to an oracle on directories made anew.
@Suite struct AmendedSnapshotTests {
    /// Changes a few tokens of an organisation, or adds some.
    private static func change(
        _ organisation: inout Organisation, _ random: inout Numbers, _ fixture: inout OracleFixture
    ) -> [(tenant: ExactName, record: TokenRecord)] {
        var changed: [(tenant: ExactName, record: TokenRecord)] = []
        for _ in 0...Int.random(in: 0...3, using: &random) {
            let place = organisation.tenants.indices.randomElement(using: &random)!
            let tenant = organisation.tenants[place]
            let assignments = tenant.users.flatMap(\.assignments).map(\.id)
            guard let token = tenant.tokens.indices.randomElement(using: &random) else { continue }
            var record = tenant.tokens[token]
            let isNew = Int.random(in: 0..<4, using: &random) == 0
            if isNew { record.id = TokenID(using: &random) }
            let time = Instant("2026-06-01T12:00:00Z")!
            switch Int.random(in: 0..<9, using: &random) {
            case 0: record.revoked = record.revoked == nil ? time : nil
            case 1: record.suspended = record.suspended == nil ? time : nil
            case 2: record.name = ["Feed", "K", "x"].randomElement(using: &random)!
            case 3: record.assignment = assignments.randomElement(using: &random)!
            case 4: record.expires = Instant(microseconds: record.expires.microseconds + 86_400_000_000)
            case 6, 7: record.ceiling = fixture.ceiling()
            case 5: record.dormantSince = record.dormantSince == nil ? time : nil
            default: record.kind = record.kind == .api ? .mobile : .api
            }
            if isNew {
                organisation.tenants[place].tokens.append(record)
            } else {
                organisation.tenants[place].tokens[token] = record
            }
            changed.append((tenant.id, record))
        }
        return changed
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func `decisions on amended snapshots are those on new ones`(seed: UInt64) throws {
        var fixture = try OracleFixture(seed: 9_000 + seed, policies: 8)
        var random = Numbers(seed: seed)
        var organisation = fixture.organisation
        var amended = fixture.directory
        var fresh = fixture.directory
        let authorizer = try fixture.authorizer()
        let oracle = fixture.oracle()
        var decided = 0
        var permitted = 0
        for round in 0..<240 {
            if round % 4 == 0 {
                let changes = Self.change(&organisation, &random, &fixture)
                amended = try #require(amended.amended(changes))
                fresh = try Directory(organisation)
                #expect(amended.structure === fixture.directory.structure)
                #expect(Set(amended.tokens.map(\.id)) == Set(fresh.tokens.map(\.id)))
            }
            let question = fixture.question()
            let (one, other): (Decision, Decision)
            do { other = try oracle.decide(question, on: fresh) } catch {
                let own = #expect(throws: RequestError.self) { try authorizer.decide(question, on: amended) }
                #expect(own == error)
                continue
            }
            one = try authorizer.decide(question, on: amended)
            let difference = one.difference(from: other)
            #expect(difference == nil, "seed \(seed), round \(round): \(difference?.text ?? "")")
            decided += 1
            permitted += one.isPermitted ? 1 : 0
        }
        #expect(decided > 100)
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `snapshots amended from one in several ways do not mix their ceilings`(seed: UInt64) throws {
        var fixture = try OracleFixture(seed: 7_000 + seed, policies: 4)
        let authorizer = try fixture.authorizer()
        let oracle = fixture.oracle()
        // Each branch gives one token another ceiling, and nobody tells the authorizer which branch it is on.
        var branches: [(amended: Directory, fresh: Directory)] = []
        for _ in 0..<6 {
            var organisation = fixture.organisation
            organisation.tenants[0].tokens[0].ceiling = fixture.ceiling()
            let changed = [(organisation.tenants[0].id, organisation.tenants[0].tokens[0])]
            branches.append((try #require(fixture.directory.amended(changed)), try Directory(organisation)))
        }
        let token = fixture.organisation.tenants[0].tokens[0].id.description
        for round in 0..<120 {
            var question = fixture.question()
            if question.kind == .access, case .token = question.subject {
                (question.subject, question.tenant) = (.token(token), fixture.organisation.tenants[0].id)
            }
            let branch = branches[round % branches.count]
            guard let other = try? oracle.decide(question, on: branch.fresh) else { continue }
            let difference = try authorizer.decide(question, on: branch.amended).difference(from: other)
            #expect(difference == nil, "seed \(seed), round \(round): \(difference?.text ?? "")")
        }
    }

    @Test func `a snapshot that was decided on keeps its answers`() throws {
        let fixture = try OracleFixture(seed: 4)
        let tenant = try #require(fixture.organisation.tenants.first { !$0.tokens.isEmpty })
        var record = tenant.tokens[0]
        record.revoked = Instant("2026-06-01T12:00:00Z")!
        record.name = "changed"
        let number = try #require(fixture.directory.token(record.id))
        let amended = try #require(fixture.directory.amended([(tenant.id, record)]))
        #expect(amended.tokens[number].revoked != nil && amended.tokens[number].name == "changed")
        #expect(fixture.directory.tokens[number].name == tenant.tokens[0].name)
        #expect(amended.tokens.count == fixture.directory.tokens.count)
    }
}
