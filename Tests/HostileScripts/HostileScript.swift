internal import Foundation

/// A script that was written to harm an engine: while it loads, while it runs, or by the state it leaves behind.
///
/// Each is a policy that attacks in one way, which its first line names. Most return a policy that permits if the
/// attack succeeded; some attack while loading, some do not compile. `scripts/schema.lua` is the schema that they are
/// written for. Long repetitive scripts are not files; they are generated here.
package struct HostileScript: Sendable, CustomStringConvertible {
    package let name: String
    package let source: [UInt8]

    package var description: String { name }

    /// The number of scripts. A missing script fails every test that uses them.
    package static let count = 207

    /// All scripts, sorted by name.
    /// - Throws: when a script is missing.
    package static func all() throws -> [HostileScript] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "scripts")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let kept = try names.filter { $0.hasSuffix(".lua") && $0 != "schema.lua" }.map { name in
            HostileScript(name: name, source: Array(try Data(contentsOf: folder.appending(path: name))))
        }
        let all = (kept + grown).sorted { $0.name < $1.name }
        guard all.count == count else {
            throw CocoaError(
                .fileReadNoSuchFile,
                userInfo: [
                    NSLocalizedDescriptionKey:
                        "`\(folder.path)` and what is made beside it are \(all.count) scripts, not \(count)"
                ])
        }
        return all
    }

    private init(name: String, source: [UInt8]) {
        self.name = name
        self.source = source
    }

    private init(_ name: String, _ text: String) { self.init(name: name, source: Array(text.utf8)) }

    private static var grown: [HostileScript] {
        let head = "\nlocal evaluate = function() return true end \n"
        let tail = """


            return { on = "access", subject = "any", grants = { "*" }, decide = function(request)
              if evaluate(request) == true then permit("the attack succeeded") end
            end }

            """
        func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
        let labels = (0..<20_000).map { "::l\($0):: a=1" }.joined(separator: " ")
        let constants = (0..<100_000).map { "'\(String($0, radix: 16))'" }.joined(separator: ",")
        let scope = "local function f() local a" + times(",a", 189) + " "
        return [
            .init(
                "155_parse_tables.lua",
                "-- parse: nested constructors\(head)return " + times("{", 5_000) + times("}", 5_000) + tail),
            .init(
                "157_parse_blocks.lua",
                "-- parse: nested do blocks\(head)" + times("do ", 5_000) + times("end ", 5_000) + tail),
            .init(
                "159_parse_unary_minus.lua",
                "-- parse: unary minus chain\(head)return " + times("- ", 5_000) + "1" + tail),
            .init(
                "161_parse_pow_chain.lua",
                "-- parse: right-associative ^ chain\(head)return 1" + times("^1", 5_000) + " == 0" + tail),
            .init(
                "163_parse_call_chain.lua",
                "-- parse: f()()()() 50k\nlocal f = {} return f" + times("()", 50_000) + "\n"),
            .init(
                "169_parse_or_quadratic.lua",
                "-- parse: 'a or a or ...' chain: O(n^2) at compile time\nlocal a return (a" + times(" or a", 60_000)
                    + ") and true or false\n"),
            .init(
                "171_parse_goto_labels.lua",
                "-- parse: 20000 labels in one function: O(n^2) duplicate check\nlocal a \(labels) return false\n"),
            .init(
                "173_parse_constants_many.lua",
                "-- parse: 100k distinct constants in one function\nlocal t = {\(constants)} return false\n"),
            .init(
                "411_compile_scope_64k.lua",
                "-- compile: scope-lookup bomb within 64 KB: ~65 us per global name\n" + times(scope, 90)
                    + times(" b=b ", 4_000) + times("end ", 90) + " return false\n"),
        ]
    }
}
