import Foundation
import ProgramSupport
import Testing

/// Records, maps and lists of records at the command line, in a session, in tests and in annotations.
@Suite struct PartsSessionTests {
    private let session = Session()

    private static let schema = """
        return {
          actions = { create = "write" },
          resources = {
            pod = {
              labels = map "string", ["labels.tier"] = optional(one_of { "web" }), stage = one_of { "dev", "prod" },
              zones = optional(list(one_of { "eu", "us" })), notes = optional(map "string"),
              spec = { containers = list { image = { tag = "string" }, privileged = optional "boolean" },
                       nodes = optional "number" },
            },
            volume = { labels = map "string", spec = { size = "number" } },
          },
          context = { consent = optional { client = "string", regions = list "string" } },
          subjects = { account = { groups = list "string" } },
        }
        """

    private static let policy = """
        local policy = { on = "access", subject = "account", grants = { "create" } }
        function policy.decide(request)
          local pod = request.resource
          if pod.type ~= "pod" then return end
          if not pod.labels:has("team") or pod.labels:get("team") ~= "core" then deny("the team is core") end
          for _, container in ipairs(pod.spec.containers) do
            if container.image.tag == "latest" then deny("no latest") end
          end
          permit("fine")
        end
        return policy
        """

    private func run(_ words: [String], input: String = "") throws -> Program.Result {
        let policies = session.folder + "/own/policies"
        _ = try session.file("own/policies/schema.lua", Self.schema)
        if !FileManager.default.fileExists(atPath: policies + "/pods.lua") {
            _ = try session.file("own/policies/pods.lua", Self.policy)
        }
        return Program.run(
            words + ["--policies", policies], input: Array(input.utf8),
            environment: ["HOME": session.folder, "DEMILUNE_AT": "2026-11-22T12:00:00Z"])
    }

    private static let decide = ["decide", "-", "create", "pod:web", "--subject", "account:anna"]
    private static let usual = ["stage=dev", "labels.team=core", #"spec.containers=[{"image":{"tag":"1"}}]"#]

    @Test(arguments: [
        (usual, 0, "permitted: fine"),
        (
            ["stage=dev", #"labels={"team":"core","a.b":"c"}"#, #"spec={"containers":[{"image":{"tag":"1"}}]}"#], 0,
            "fine"
        ),
        (usual + ["consent.client=app", "consent.regions=eu,us", "labels.app.kubernetes.io/name=web"], 0, "fine"),
        (["stage=dev", "labels.team=web", #"spec.containers=[{"image":{"tag":"latest"}}]"#], 2, "no latest"),
        (usual + ["labels.app=a", "labels.app.kubernetes.io/name=web", "labels.team.x=y"], 0, "fine"),
        (usual + ["labels.team={}", "labels.team=web"], 64, "is given twice"),
        (usual + [#"labels={"a":"b"}"#], 64, "`labels` and `labels.team` give the same property"),
        // The name itself comes before a key of the map, which could be anything.
        (usual + ["labels.tier=db"], 64, "`db` is none of `web`"), (usual + ["spec.nodes=2.5"], 0, "fine"),
        (usual + ["spec.nods=2"], 64, "(did you mean `spec.nodes`?)"),
        (usual + ["spec={}"], 64, "`spec` and `spec.containers` give the same property"),
        (["stage=dev", "spec.containers=a,b"], 64, "`spec.containers` is a list of record: write it as JSON"),
        (["stage=dev", "spec=x"], 64, "write one of its properties as `spec.containers="),
        (["stage=test", #"spec.containers=[]"#], 64, "`test` is none of `dev`, `prod`"),
        (
            ["stage=dev", #"spec.containers=[{"image":{"tga":"1"}}]"#], 64,
            "has no property `tga` (did you mean `tag`?)"
        ),
        (["stage=dev", "labels=[]"], 64, "`labels` is a map of string: write it as JSON"),
        // As in JSON: null leaves a part out, and a value of another type is none.
        (usual + [#"notes={"a":null}"#], 64, #"notes["a"]"#),
        (["stage=dev", "labels.team=core", #"spec={"containers":[],"nodes":null}"#], 0, "fine"),
        (["stage=dev", "labels.team=core", #"spec={"containers":[],"nodes":"5"}"#], 64, "spec.nodes"),
        (["stage=dev", #"labels={"team":7}"#, "spec.containers=[]"], 64, #"labels["team"]"#),
        (["stage=dev", #"labels={"team":null}"#, "spec.containers=[]"], 64, #"labels["team"]"#),
        (["stage=dev", "labels.team=core", #"spec.containers=[{"image":{"tag":null}}]"#], 64, "image.tag"),
        (
            ["stage=dev", "labels.team=core", #"spec.containers=[{"image":{"tag":"1"},"privileged":"true"}]"#], 64,
            "privileged"
        ),
    ])
    func `a part is stated by its path, and a whole as JSON`(words: [String], status: Int, text: String) throws {
        let result = try run(Self.decide + words)
        #expect((result.output + result.errors).contains(text), "\(result)")
        #expect(result.status == 0 ? status == 0 : status != 0, "\(result)")
    }

    @Test func `a session explains, varies and records parts`() throws {
        let result = try run(
            ["repl"],
            input: """
                subject account:anna
                can create on pod:web with stage=dev labels.team=core 'spec.containers=[{"image":{"tag":"1"}},{"image":{"tag":"latest"}}]'
                why not
                can create on pod:web with stage=dev labels.team=web 'spec.containers=[{"image":{"tag":"1"}}]'
                why not
                who can create pod:web with labels.team=core stage=prod --among account:anna,ben
                = request.resource.spec.containers[1].image
                = request.resource.labels:get("team")
                = request.resource.spec.nodes
                save last as "the team is core"
                test
                """.replacing(" on pod:web with", with: " pod:web"))
        for text in [
            #"resource.spec.containers[2].image.tag is "#, #"resource.labels["team"] is core"#, "account:anna",
            "{tag: 1}",
            "resource.labels:get(team), a string", "`resource.spec.nodes` is absent: ask `:has(\"nodes\")` first",
            #"spec = { containers = { { image = { tag = "1" } } } },"#, "1 passed",
        ] {
            #expect((result.output + result.errors).contains(text), "\(text)\n\(result.output)\n\(result.errors)")
        }
    }

    @Test func `lists and maps are enlarged by what the schema allows`() throws {
        _ = try session.file(
            "own/policies/pods.lua",
            """
            return { on = "access", subject = "account", grants = { "create" }, decide = function(request)
              local pod = request.resource
              if pod.stage == "dev" and pod:has("zones") and pod.zones[1] == "us" then permit() end
              if pod.stage == "prod" and pod:has("notes") and #pod.notes > 1 then permit() end
            end }
            """)
        let result = try run(
            ["repl"],
            input: """
                subject account:anna
                can create pod:web stage=dev labels={} spec.containers=[] zones=[]
                why not
                can create pod:web stage=prod labels={} spec.containers=[] notes={}
                why not
                """)
        for text in ["resource.zones is [us]", #"resource.notes is {""#] {
            #expect((result.output + result.errors).contains(text), "\(text)\n\(result.output)\n\(result.errors)")
        }
    }

    @Test func `a test names the part that the schema lacks`() throws {
        _ = try session.file("own/policies/pods.lua", Self.policy)
        _ = try session.file(
            "own/policies/pods_test.lua",
            """
            test("x", { subject = { type = "account", id = "a" }, action = "create",
              resource = { type = "pod", stage = "dev", spec = { containers = { { image = { tga = "1" } } } } }, expect = { permit = true } })
            """)
        let result = try run(["test"])
        #expect(
            (result.output + result.errors).contains(
                "`resource.spec.containers[1].image` has no property `tga` (did you mean `tag`?)"),
            "\(result)")
    }

    @Test func `vocabulary and annotations have the parts`() throws {
        let rows = try run(["vocabulary"]).output
        for text in [".labels", "map of string", ".spec.containers[…].image.tag", "one of \"dev\", \"prod\"", ":any()"]
        {
            #expect(rows.contains(text), "\(text)\n\(rows)")
        }
        #expect(try run(["vocabulary", "--luacats"]).status == 0)
        let declared = try session.text(of: "own/policies/.luacats/schema.lua")
        for text in [
            "---@class demilune.Resource.spec.containers.element.image\n---@field tag string # string",
            "---@field containers demilune.Resource.spec.containers.list", "---@field consent demilune.Context.consent",
            "---@field stage \"dev\"|\"prod\"",
            "---@field get fun(self: demilune.Resource.labels.map, key: string): string",
            "---@field any fun(self: demilune.Resource.spec.containers.list,",
        ] {
            #expect(declared.contains(text), "\(text)\n\(declared)")
        }
    }
}
