internal import Lua
internal import Model

/// An organisation for tests. A test's fixture has only those of its tokens that the test names.
final class TestOrganisation: Sendable {
    /// The organisation without tokens.
    let organisation: Organisation
    /// The snapshot of that organisation.
    let directory: Directory
    /// The time of tests without `at`.
    let now: Instant
    private let tokens: [TenantTokens]

    /// The tokens of a tenant, with indexes by name and id.
    private struct TenantTokens {
        var records: [TokenRecord]
        var names: [ExactName: [Int]] = [:]
        var ids: [ExactName: Int] = [:]

        init(_ records: [TokenRecord]) {
            self.records = records
            for (index, record) in records.enumerated() {
                names[record.name, default: []].append(index)
                ids[ExactName(record.id.description)] = index
            }
        }
    }

    /// The default time of tests.
    static let time = Instant("2026-11-22T12:00:00Z")!

    init(_ organisation: Organisation, now: Instant = TestOrganisation.time) throws(TestFault) {
        var bare = organisation
        for index in bare.tenants.indices { bare.tenants[index].tokens = [] }
        do { directory = try Directory(bare) } catch { throw TestFault("\(error.path): \(error.message)") }
        tokens = organisation.tenants.map { TenantTokens($0.tokens) }
        self.organisation = bare
        self.now = now
    }

    /// A token of a tenant, by its id.
    func token(id: ExactName, tenant: Int) -> TokenRecord? {
        tokens[tenant].ids[id].map { tokens[tenant].records[$0] }
    }

    /// A token of a tenant, by its id or its name.
    func token(_ text: ExactName, tenant: Int) throws(TestFault) -> TokenRecord {
        if let record = token(id: text, tenant: tenant) { return record }
        let known = tokens[tenant]
        guard let matches = known.names[text] else {
            let names = known.names.count > 1_000 ? [] : Array(known.names.keys)
            throw TestFault(
                "there is no token `\(text)`" + Suggestion.hint(for: text, among: names), isOfDirectory: true)
        }
        guard matches.count == 1 else { throw TestFault("more than one token is called `\(text)`; use its id") }
        return known.records[matches[0]]
    }
}
