import Model
import TestSupport
import Testing
import Tokens

/// Reading a whole store with more tokens than are read between two checks for interruption.
@Suite struct StoreReadingTests {
    private let store: TokenService
    private let folder: Folder
    private let written: Organisation

    init() throws {
        folder = try Folder()
        store = try folder.create("a")
        var demo = try Organisation.demo()
        for tenant in demo.tenants.indices {
            let model = demo.tenants[tenant].tokens[0]
            demo.tenants[tenant].tokens = (0..<1_500).map { number in
                var token = model
                // Not in the order of the ids.
                token.id = TokenID(high: UInt64(number * 7_919 % 1_500), low: UInt64(tenant))
                token.name = "token \(number)"
                return token
            }
        }
        _ = try store.merge(demo, .test)
        for tenant in demo.tenants.indices { demo.tenants[tenant].tokens.sort { $0.id < $1.id } }
        written = demo
    }

    @Test func `tokens are read in the order of their ids, each with its tenant`() throws {
        let read = try store.organisation()
        #expect(try store.tokenCount == 3_000)
        #expect(read.tenants.map { $0.tokens.map(\.id) } == written.tenants.map { $0.tokens.map(\.id) })
        #expect(try store.tenants.map(\.id) == written.tenants.map(\.id).sorted())
    }

    @Test func `reading can be stopped between two tokens, and starts again afterwards`() throws {
        var told: [Int] = []
        let error = #expect(throws: TokenStoreError.self) {
            try store.organisation { count in
                told.append(count)
                return told.count < 2
            }
        }
        #expect(error?.code == .stopped && told == [1_024, 2_048])
        #expect(try store.organisation().tenants.reduce(0) { $0 + $1.tokens.count } == 3_000)
    }
}
