import Model
import TestSupport
import Testing
import Tokens

/// Importing partial records.
@Suite struct PartialMergeTests {
    private let fixture: StoreFixture
    private let store: TokenService

    init() throws {
        fixture = try StoreFixture()
        store = fixture.store
    }

    /// The summary without its remarks.
    private func merge(_ text: String, context: AuditContext = .test) throws -> MergeSummary {
        var summary = try store.merge(JSONReader.parse(text), context)
        summary.review = ImportReview()
        return summary
    }

    @Test func `a department without its gate in the record keeps it, and stays unchanged`() throws {
        _ = try merge(#"{"tenants":[{"id":"3","departments":[{"id":"d-finance","requires":["a.b"]}]}]}"#)
        let before = try store.organisation(.all)
        let same = #"{"tenants":[{"id":"3","departments":[{"id":"d-finance"}],"users":[{"id":"u-bjorn"}]}]}"#
        #expect(try merge(same) == MergeSummary(added: 0, changed: 0, unchanged: 3))
        #expect(try store.organisation(.all) == before)
        let renamed = #"{"tenants":[{"id":"3","departments":[{"id":"d-finance","name":"Money"}]}]}"#
        #expect(try merge(renamed) == MergeSummary(added: 0, changed: 1, unchanged: 1))
        let finance = try store.organisation(.none).tenants.first { $0.id == "3" }?.departments.first {
            $0.id == "d-finance"
        }
        #expect(finance?.name == "Money" && finance?.requires == ["a.b"])
        #expect(try store.verify() == [])
    }

    @Test func `a partial record neither resumes nor revives a token`() throws {
        let (details, _) = try fixture.token()
        let id = details.token.id
        try store.suspend([id], .test)
        let bare = #"{"tenants":[{"id":"3","tokens":[{"id":"\#(id)"}]}]}"#
        #expect(try merge(bare).changed == 0)
        #expect(try fixture.details(id).token.suspended == .test)
        #expect(try merge(bare.replacing("\"}]", with: #"","name":"Other"}]"#)).changed == 1)
        #expect(try fixture.details(id).token.suspended == .test && fixture.details(id).token.name == "Other")
        #expect(try merge(bare.replacing("\"}]", with: #"","suspended":""}]"#)).changed == 1)
        #expect(try fixture.details(id).token.suspended == nil)
        _ = try store.revoke([id], .test)
        #expect(try merge(bare).changed == 0)
        #expect(try fixture.details(id).token.revoked == .test)
        let moved = bare.replacing("\"}]", with: #"","assignment":"a-anna-1"}]"#)
        let refused = #expect(throws: TokenStoreError.self) { try merge(moved) }
        #expect(refused?.code == .invalid)
        #expect(try store.verify() == [])
    }

    @Test func `importing the original again undoes a change`() throws {
        let before = try store.organisation(.all)
        let change = """
            {"tenants":[{"id":"3","name":"N","zone":"UTC","departments":[{"id":"d-finance","requires":["a.b"],"name":"X"}],
            "user_types":[{"id":"t-integrator","permissions":["*"],"active":false}],
            "users":[{"id":"u-bjorn","permissions":["x.y"],"email":"x@example.com"}]}]}
            """
        #expect(try merge(change).changed == 4)
        #expect(try store.organisation(.all) != before)
        let original = before.json.compact
        let preview = try TokenService.preview(JSONReader.parse(original), on: store.organisation(.all))
        #expect(preview.summary.changed == 4)
        let merged = try merge(original)
        #expect((merged.added, merged.changed, merged.unchanged) == (0, 4, preview.summary.unchanged))
        #expect(try store.organisation(.all) == before)
        #expect(try merge(original).changed == 0)
    }

    @Test func `a preview counts and refuses the same as the import`() throws {
        let base = try store.organisation(.all)
        for text in [
            base.json.compact, #"{"tenants":[]}"#, #"{"tenants":[{"id":"3"}]}"#,
            #"{"tenants":[{"id":"3","active":true,"departments":[{"id":"new","name":"N"},{"id":"d-finance","name":"F"}]}]}"#,
            #"{"tenants":[{"id":"3","users":[{"id":"u-bjorn","assignments":[{"id":"a-new","department":"d-finance","user_type":"t-integrator"}]}]}]}"#,
        ] {
            let folder = try StoreFixture()
            let preview = try TokenService.preview(JSONReader.parse(text), on: base)
            #expect(try folder.store.merge(JSONReader.parse(text), .test) == preview.summary, "\(text)")
        }
        for (text, place) in [
            (
                #"{"tenants":[{"id":"3","departments":[{"id":"d-finance","active":null}]}]}"#,
                "tenants[0].departments[0].active"
            ),
            (
                #"{"tenants":[{"id":"3","departments":[{"id":"d-finance","parent":"no"}]}]}"#,
                "tenants[0].departments[0].parent"
            ),
            (#"{"tenants":[{"id":"3","users":[{"id":"new"}]}]}"#, "tenants[0].users[0].name"),
            (
                #"{"tenants":[{"id":"3","users":[{"id":"u-bjorn","assignments":[{"id":"a-bjorn-1","department":"d-finance"}]}]}]}"#,
                "the assignment `a-bjorn-1` already exists"
            ),
        ] {
            for error in [
                #expect(throws: TokenStoreError.self) { try merge(text) },
                #expect(throws: TokenStoreError.self) {
                    try TokenService.preview(JSONReader.parse(text), on: base)
                },
            ] {
                #expect(error?.code == .invalid && error?.message.hasPrefix(place) == true, "\(error?.message ?? "")")
            }
        }
        #expect(try store.organisation(.all) == base)
    }
}
