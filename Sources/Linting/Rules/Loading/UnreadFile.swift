internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let unreadFile = Rule(
        name: "unread-file",
        purpose: "A file whose name is almost one that is read is probably misspelt, and is not read.",
        severity: .warning,
        good: .plain,
        bad: [
            "a.lua": """
            local policy = { on = "access", grants = { "*" } }
            local config = settings { hard = false }
            function policy.decide(request)
              if config.hard or request.token:can(request.action) then permit("its user type may") end
            end
            return policy
            """,
            "a_test.lua": "",
            "setings.json": """
            { "a": { "all": { "hard": true } } }
            """,
        ],
        find: .folder { folder in
            let read = [PolicyFile.settings, PolicyFile.required]
            return folder.source.files.map(\.name).filter { $0.hasSuffix(".json") && !read.contains($0) }.compactMap {
                name in
                Suggestion.nearest(to: ExactName(name.text.lowercased()), among: read).map { near in
                    Finding("this file is not read (did you mean `\(near)`?)", file: name, line: 1, column: 1)
                }
            }
        })
}
