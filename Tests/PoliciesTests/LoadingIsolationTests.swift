import Model
import Policies
import Testing

/// The policies of a set are declared in one interpreter.
@Suite struct LoadingIsolationTests {
    private static let policy = """
        local words = {}
        for word in ("a,b"):gmatch("%a") do table.insert(words, word:upper()) end
        local config = settings { months = 12, zone = string.format("%s-%d", table.concat(words), math.max(1, 2)) }
        return { on = "access", grants = { "orders.read" }, about = tostring(#words), decide = function(r) permit() end }
        """

    /// The declaration of a policy that is loaded after another one.
    private func declared(_ policy: String = policy, after other: String?) -> ParsedPolicy? {
        var files = [PolicyFile(name: "schema.lua", bytes: Array(LoadingTests.schema.utf8))]
        if let other { files.append(PolicyFile(name: "a.lua", bytes: Array(other.utf8))) }
        files.append(PolicyFile(name: "b.lua", bytes: Array(policy.utf8)))
        return PolicySet.read(PolicySource(path: "p", files: files)).1.first { $0.file.name == "b.lua" }
    }

    @Test(arguments: [
        "while true do end", "local t = {} while true do t[#t + 1] = t end",
        "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end", "error({})", "return {", "return nil + 1",
        "string.upper = nil return {}", "table.insert(string, 1) return {}",
        "for name in pairs(string) do string[name] = nil end return {}",
        "for name in pairs(math) do table.insert(math, name) end return {}",
        "local s = settings { months = 1, zone = 'x' } return { on = 'access', decide = function() end }",
        "local s = settings { months = 1 } error('after its settings')",
        "local s = '' for i = 1, 20 do s = s .. tostring(settings) end return { on = 'access', decide = function() end }",
    ])
    func `a policy changes nothing of what the next one declares`(other: String) throws {
        let alone = try #require(declared(after: nil)?.declaration)
        let parsed = try #require(declared(after: other))
        #expect(parsed.diagnostics.isEmpty, "\(parsed.diagnostics)")
        let after = try #require(parsed.declaration)
        #expect(alone.about == "2" && alone.settings.count == 2)
        #expect(after.about == alone.about && after.shape == alone.shape && after.grants == alone.grants)
        #expect(after.settings.mapValues { "\($0)" } == alone.settings.mapValues { "\($0)" })
    }

    @Test(arguments: [
        // The next policy has fewer settings, so it forms fewer expressions.
        (
            "local c = settings { x = 1, y = 2, z = true } local x, y, z = c.x, c.y, c.z",
            "local c = settings { z = true } local about = c.z and 'yes' or 'no'", "yes"
        ),
        // The next policy has the same setting, but reads another one first.
        (
            "local c = settings { strict = true } local strict = c.strict",
            "local c = settings { other = false, strict = true } local other = c.other "
                + "local about = c.strict and 'yes' or 'no'", "yes"
        ),
        // A setting of the same name has another type.
        (
            "local c = settings { level = 'high' } local level = c.level",
            "local c = settings { level = true } local about = c.level and 'yes' or 'no'", "yes"
        ),
        (
            "local c = settings { list = list 'string' } local length = #c.list",
            "local c = settings { list = false } local about = c.list and 'yes' or 'no'", "no"
        ),
    ])
    func `settings that are read while loading are those of the policy`(
        other: String, policy: String, about: String
    ) throws {
        let ending = " return { on = 'access', about = about, decide = function() end }"
        let parsed = try #require(declared(policy + ending, after: other + " local about" + ending))
        #expect(parsed.diagnostics.isEmpty, "\(parsed.diagnostics)")
        #expect(parsed.declaration?.about == about)
    }
}
