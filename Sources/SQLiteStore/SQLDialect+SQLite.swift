internal import SQLStore

extension SQLDialect {
    static let sqlite = SQLDialect(
        indexedBy: { "INDEXED BY \($0)" }, unindexed: "NOT INDEXED", isDifferent: "IS NOT", greatest: "max",
        elements: "SELECT value FROM json_each(?)", contains: { "instr(\($0), ?) > 0" },
        nameIndex: NameIndex(
            add: "INSERT INTO token_names (rowid, text) VALUES (?, ?)",
            remove: "INSERT INTO token_names (token_names, rowid, text) VALUES ('delete', ?, ?)",
            search: "SELECT rowid FROM token_names WHERE token_names MATCH ?"))
}
