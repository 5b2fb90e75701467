internal import Model
internal import Policies

extension Rule {
    static let unusedLibrary = Rule(
        name: "unused-library",
        purpose: "A library that no policy uses, and a function of one that nothing calls, can go.",
        severity: .warning,
        good: Rule.library.good,
        bad: [
            "lib/names.lua": #"return { is_mobile = function(token) return token.kind == "mobile" end }"#
        ],
        find: .folder { folder in
            let scripts = folder.code
            // What a policy that cannot be read uses is not known.
            guard scripts.allSatisfy({ $0.inference != nil }) else { return [] }
            return folder.libraries.compactMap(\.library).flatMap { library -> [Finding] in
                let users = scripts.filter { $0.chunk.libraryUses.contains { $0.name == library.name } }
                if users.isEmpty {
                    return [Finding("no policy uses this library", file: library.file, line: 1, column: nil)]
                }
                var used: Set<ExactName> = []
                for user in users {
                    guard let names = user.inference?.namedMembers(of: library.name) else { return [] }
                    used.formUnion(names)
                }
                return library.members.filter { !used.contains($0.name) }.map { member in
                    let what = member.parameters == nil ? "constant" : "function"
                    return Finding(
                        "no policy uses the \(what) `\(member.name)` of this library", file: library.file,
                        line: member.line ?? 1, column: nil)
                }
            }
        })
}
