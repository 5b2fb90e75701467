internal import Model
internal import PolicyTesting
internal import ProgramSupport
internal import TestSupport
internal import Testing

/// The schema of an import file and the reader of such files: what one refuses, the other refuses.
@Suite struct OrganisationSchemaTests {
    private let schema: JSONSchema

    init() throws { schema = JSONSchema(try JSONReader.parse(OrganisationSchema.json)) }

    private func faults(_ text: String) throws -> [String] { try schema.faults(of: JSONReader.parse(Array(text.utf8))) }

    @Test func `an export keeps to the schema, and so does the demo organisation`() throws {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        #expect(session.run("token", "revoke", "Warehouse sync", "--tenant", "3", "--yes").status == 0)
        #expect(try faults(session.run("export", "--tokens").output) == [])
        #expect(try faults(session.run("export", "--tokens", "--pseudonymous").output) == [])
        #expect(try schema.faults(of: JSONReader.parse(Demo.json)) == [])
    }

    @Test func `the program prints the schema, and imports nothing then`() throws {
        let session = Session()
        let printed = session.run("import", "--schema")
        #expect(printed.status == 0 && printed.output == String(decoding: OrganisationSchema.json, as: UTF8.self))
        #expect(session.run("import", "--schema", "x.json").status == 64)
        #expect(session.run("import").status == 64)
    }

    private static let whole = """
        {"tenants":[{"id":"t","name":"T","zone":"Europe/Oslo","active":true,\
        "departments":[{"id":"d","name":"D","parent":"","requires":["orders.read"]},{"id":"e","name":"E","parent":"d"}],\
        "user_types":[{"id":"y","name":"Y","permissions":["orders.*","*"]}],\
        "users":[{"id":"u","name":"una","full_name":"Una","email":"u@t.example","permissions":[],\
        "assignments":[{"id":"a","department":"d","user_type":"y","removed":false}]}],\
        "tokens":[{"id":"00000000000000000000000000000001","kind":"api","name":"One","assignment":"a",\
        "ceiling":{"permissions":["orders.read"],"departments":["e"],"networks":["10.0.0.0/8"],"hours":"mon-fri","uses":3,\
        "purpose":"export"},\
        "created":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00.123456+01:00","last_active":""},\
        {"id":"0000000000000000000000000000000A","kind":"mobile","device":"","assignment":"a",\
        "created":"2026-01-01T00:00:00Z","expires":"2026-01-31T00:00:00Z"}]}]}
        """

    /// Each breaks the whole organisation in one place.
    private static let broken: [(old: String, new: String)] = [
        (#"{"tenants""#, #"{"tenant""#), (#""id":"t","#, ""), (#""id":"t""#, #""id":7"#), (#""id":"t""#, #""id":"""#),
        (#""name":"T""#, #""name":null"#), (#""active":true"#, #""active":"yes""#),
        (#""active":true"#, #""activ":true"#),
        (#""name":"D""#, #""name":"D\u0007""#), (#"["orders.read"]"#, #""orders.read""#),
        (#"["orders.read"]"#, #"["orders.*"]"#), (#"["orders.read"]"#, #"["orders,read"]"#),
        (#""orders.*","*""#, #""orders**""#), (#""orders.*","*""#, #""*.orders""#), (#""orders.*","*""#, #"" *""#),
        (#""orders.*","*""#, #"5"#), (#""parent":"d""#, #""parent":null"#), (#""removed":false"#, #""removed":0"#),
        (#""kind":"api""#, #""kind":"web""#), (#""name":"One""#, #""device":"One""#), (#""device":"""#, #""name":"X""#),
        (#""00000000000000000000000000000001""#, #""1""#),
        (#""00000000000000000000000000000001""#, #""0000000000000000000000000000000g""#),
        (#""created":"2026-01-01T00:00:00Z","expires":"2027"#, #""created":"2026-01-01","expires":"2027"#),
        (#""2027-01-01T00:00:00.123456+01:00""#, #""2027-01-01T00:00:00.1234567890Z""#),
        (#""2027-01-01T00:00:00.123456+01:00""#, #""2027-01-01T24:00:00Z""#),
        (#""2027-01-01T00:00:00.123456+01:00""#, #""2027-01-01T00:00:00""#),
        (#""uses":3"#, #""uses":0"#), (#""uses":3"#, #""uses":1.5"#), (#""uses":3"#, #""use":3"#),
        (#""departments":["e"]"#, #""departments":[]"#), (#""departments":["e"]"#, #""departments":"e""#),
        (#""permissions":["orders.read"],"d"#, #""permissions":["a*b"],"d"#), (#""hours":"mon-fri""#, #""hours":5"#),
        (#""last_active":"""#, #""last_active":"never""#), (#""last_active":"""#, #""last_used":"""#),
    ]

    @Test func `a whole organisation keeps to the schema and is read`() throws {
        #expect(try faults(Self.whole) == [])
        #expect(throws: Never.self) { try Organisation(json: JSONReader.parse(Array(Self.whole.utf8))) }
    }

    @Test(arguments: broken.indices)
    func `what the schema refuses, the reader refuses, and the other way round`(index: Int) throws {
        let (old, new) = Self.broken[index]
        try #require(Self.whole.contains(old))
        let text = Self.whole.replacing(old, with: new, maxReplacements: 1)
        #expect(try !faults(text).isEmpty, "the schema takes \(new)")
        #expect(throws: OrganisationError.self) { try Organisation(json: JSONReader.parse(Array(text.utf8))) }
    }

    /// Faults that a schema cannot express: references, order, bytes, and twins.
    @Test(arguments: [
        (#""user_type":"y""#, #""user_type":"n""#), (#""10.0.0.0/8""#, #""10.0.0.1/8""#),
        (#""hours":"mon-fri""#, #""hours":"always""#), (#""departments":["e"]"#, #""departments":["n"]"#),
        (#""zone":"Europe/Oslo""#, #""zone":"Mars/Base""#),
        (#""created":"2026-01-01T00:00:00Z","expires":"2027"#, #""created":"2028-01-01T00:00:00Z","expires":"2027"#),
    ])
    func `the reader also refuses what no schema can express`(old: String, new: String) throws {
        let text = Self.whole.replacing(old, with: new, maxReplacements: 1)
        #expect(try faults(text) == [])
        let session = Session()
        #expect(session.run("init").status == 0)
        #expect(session.run("import", "-", input: text).status == 1)
    }

    @Test func `every member is described`() throws {
        let json = try JSONReader.parse(OrganisationSchema.json)
        for name in ["tenant", "department", "userType", "user", "assignment", "token", "ceiling"] as [ExactName] {
            guard case .object(let properties)? = json["$defs"]?[name]?["properties"] else {
                Issue.record("no definition of \(name)")
                continue
            }
            for property in properties {
                let isDescribed = property.value["description"] != nil || property.value["enum"] != nil
                #expect(isDescribed, "\(name).\(property.key)")
            }
        }
    }
}
