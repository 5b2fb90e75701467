import Testing

@testable import SQLStore
@testable import SQLiteStore
@testable import Tokens

@Suite struct SchemaLexerTests {
    private func lexemes(_ sql: String) -> [SchemaLexer.Lexeme] { SchemaLexer.lexemes(Array(sql.utf8)) }

    private static let statement =
        "CREATE TABLE log (act TEXT NOT NULL CHECK (act <> 'x'), n INTEGER DEFAULT 0x1F) STRICT"

    @Test(arguments: [
        "create  table\n\tlog(act text not null check(act<>'x'),n integer default 0X1f)strict",
        "CREATE TABLE \"log\" ([act] TEXT NOT NULL CHECK (`act` <> 'x'), n INTEGER DEFAULT 0x1F) STRICT",
        "CREATE TABLE log -- a note\n (act TEXT NOT NULL CHECK (act <> 'x'), /* one ' more */ n INTEGER DEFAULT 0x1F) STRICT",
    ])
    func `white space, comments, letter case and needless quotes do not matter`(same: String) {
        #expect(lexemes(same) == lexemes(Self.statement))
    }

    @Test(arguments: [
        // A quoted keyword is a name: here it becomes part of the column's type.
        "CREATE TABLE log (act TEXT \"NOT\" \"NULL\" CHECK (act <> 'x'), n INTEGER DEFAULT 0x1F) STRICT",
        "CREATE TABLE log (act TEXT NOT NULL CHECK (act <> 'X'), n INTEGER DEFAULT 0x1F) STRICT",
        "CREATE TABLE log (act TEXT NOT NULL CHECK (act <> \"x\"), n INTEGER DEFAULT 0x1F) STRICT",
        "CREATE TABLE log (act TEXT NOT NULL CHECK (act <> 'x') -- , n INTEGER DEFAULT 0x1F) STRICT",
        "CREATE TABLE log (act TEXT NOT NULL CHECK (act <> 'x'), n INTEGER DEFAULT 0x1F)",
        "CREATE TABLE log (act TEXT NOT NULL CHECK (act <> 'x'), n INTEGER DEFAULT 0x1F) STRICT\u{0}",
        "CREATE TABLE log (act TEXT NOT NULL CHECK (act <> 'x'''), n INTEGER DEFAULT 0x1F) STRICT",
        "CREATE TABLE løg (act TEXT NOT NULL CHECK (act <> 'x'), n INTEGER DEFAULT 0x1F) STRICT",
        "CREATE TABLE log (act TEXT NOT NULL CHECK (act <> 'x), n INTEGER DEFAULT 0x1F) STRICT", "",
    ])
    func `different meanings have different lexemes`(other: String) {
        #expect(lexemes(other) != lexemes(Self.statement))
    }

    @Test func `quotes inside quotes, blobs and unfinished quotes are distinguished`() {
        #expect(lexemes("'it''s'") == [.string(Array("it's".utf8))])
        #expect(lexemes("\"a\"\"b\"") == [.name(Array("a\"b".utf8))])
        #expect(lexemes("[a]]") == [.name(Array("a".utf8)), .symbol(UInt8(ascii: "]"))])
        #expect(lexemes("X'AB'") == [.literal(Array("xab".utf8))] && lexemes("x 'AB'") != lexemes("X'AB'"))
        #expect(lexemes("'a") == [.unfinished] && lexemes("/* a") == [] && lexemes("a--b") == lexemes("A"))
    }
}
