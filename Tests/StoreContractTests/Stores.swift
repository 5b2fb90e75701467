import ExportedStore
import Model
import SQLiteStore
import TestSupport

@testable import Tokens

/// The stores that the contract is checked on.
enum StoreKind: String, CaseIterable, Sendable {
    case sqlite
    case memory
    case exported

    static let writable: [StoreKind] = [.sqlite, .memory]

    /// A store with these records, in the order of their ids.
    func service(_ organisation: Organisation, in folder: Folder) throws -> TokenService {
        switch self {
        case .exported:
            let exported = try JSONReader.parse(Array(organisation.json.pretty.utf8))
            return TokenService(reading: ExportedStore(try Organisation(json: exported), name: "demo.json"))
        case .sqlite: return try filled(try folder.create("a"), organisation)
        case .memory:
            let service = try TokenService(
                MemoryStore(), keys: folder.keyFile, makesKeys: true, place: folder.file("memory"), clock: { .test })
            return try filled(service, organisation)
        }
    }

    private func filled(_ service: TokenService, _ organisation: Organisation) throws -> TokenService {
        _ = try service.merge(organisation, .test)
        return service
    }
}

extension Organisation {
    /// The demo organisation with more tokens: of every kind and state, with equal and similar names. Its records are
    /// in the order in which a store exports them.
    static func crowded() throws -> Organisation {
        var demo = try demo()
        var random = Random(7)
        let names = ["Feed", "feed", "Fëed", "Warehouse sync", "ware", "Ørsted", "x", "ﬁle", "🙂 bot"]
        for tenant in demo.tenants.indices {
            let assignments = demo.tenants[tenant].users.flatMap(\.assignments).map(\.id)
            for index in 0..<60 {
                let kind: TokenKind = random.below(3) == 0 ? .mobile : .api
                let created = Instant.test.adding(days: -Int64(random.below(400)))
                let base = names[random.below(names.count)]
                var token = TokenRecord(
                    id: TokenID(
                        high: UInt64(tenant + 1) << 32, low: UInt64(random.below(1 << 40)) << 8 | UInt64(index)),
                    kind: kind, name: ExactName(kind == .mobile ? base : "\(base) \(index)"),
                    assignment: assignments[random.below(assignments.count)], created: created,
                    expires: created.adding(days: kind == .mobile ? 30 : Int64(30 + random.below(700))))
                if random.below(2) == 0 { token.lastActive = created.adding(days: Int64(random.below(30))) }
                if random.below(5) == 0 { token.suspended = created.adding(days: 1) }
                if random.below(4) == 0 { token.revoked = created.adding(days: Int64(1 + random.below(20))) }
                if random.below(6) == 0 { token.dormantSince = created.adding(days: 2) }
                if random.below(3) == 0 { token.description = ExactName("Sends \(base) to the wåre") }
                if random.below(3) == 0 { token.contact = ExactName("Team \(index % 3)") }
                demo.tenants[tenant].tokens.append(token)
            }
            demo.tenants[tenant].tokens.sort { $0.id < $1.id }
            demo.tenants[tenant].departments.sort { $0.id < $1.id }
            demo.tenants[tenant].userTypes.sort { $0.id < $1.id }
            demo.tenants[tenant].users.sort { $0.id < $1.id }
            for user in demo.tenants[tenant].users.indices {
                demo.tenants[tenant].users[user].assignments.sort { $0.id < $1.id }
            }
        }
        demo.tenants.sort { $0.id < $1.id }
        return demo
    }
}

/// Reproducible random numbers (SplitMix64).
struct Random {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ value >> 31) % UInt64(bound))
    }
}
