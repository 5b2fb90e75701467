/// A Lua source that is well formed, with what the loader needs to know of it.
package struct Chunk: Sendable {
    /// A use of a name that no local declares.
    package struct GlobalUse: Sendable {
        package let name: String
        package let position: Position
        /// `x = 1`, or `function x()`.
        package let isAssigned: Bool
    }

    /// A local, a parameter or a loop's variable.
    package struct DeclaredName: Sendable {
        package let name: String
        package let position: Position
    }

    package enum Callee: Equatable, Sendable {
        /// `f(…)`, where no local is called `f`.
        case global(String)
        /// `x:f(…)`.
        case method(String)
        /// `x.f(…)`.
        case member(String)
        case other
    }

    /// An argument, as far as it can be read off the source.
    package enum Literal: Equatable, Sendable {
        case string([UInt8])
        /// A table of nothing but strings: `{ "a", "b" }`.
        case strings([[UInt8]])
        case number
        case other
    }

    package struct CallUse: Sendable {
        package let callee: Callee
        package let arguments: [Literal]
        package let position: Position
    }

    package let source: [UInt8]
    /// In source order.
    package let globals: [GlobalUse]
    package let declaredNames: [DeclaredName]
    package let calls: [CallUse]
    let edits: Edits

    /// - Throws: the first fault, as Lua would find it.
    package static func parse(_ source: [UInt8]) throws(SyntaxError) -> Chunk {
        var parser = try Parser(source)
        try parser.parse()
        return Chunk(
            source: source, globals: parser.scopes.globals.sorted { $0.position.offset < $1.position.offset },
            declaredNames: parser.scopes.declaredNames, calls: parser.calls, edits: parser.edits)
    }

    /// The same program with checked operations in the place of `==`, `~=`, `..` and computed keys; every line stays
    /// where it was.
    ///
    /// Lua asks no metamethod when a value of the request is compared with a string, or is a key: that would be
    /// silently false. So `a == b` becomes a call of `__eq`, and keys, operands of `..` and bounds of a `for` go
    /// through `__content`.
    package func rewritten() -> [UInt8] { edits.applied(to: source) }
}

/// Insertions into a source, and operators replaced; none holds a newline.
struct Edits: Sendable {
    private struct Edit {
        let offset: Int
        /// How many bytes of the source it stands for.
        let length: Int
        let text: String
        /// Closings come before openings at one place; inner closings first, outer openings first.
        let rank: (Int, Int)
    }

    private var edits: [Edit] = []

    /// Puts text before and after a stretch. Of stretches that begin or end together, the inner is wrapped first.
    mutating func wrap(_ range: Range<Int>, _ opening: String, _ closing: String) {
        edits.append(Edit(offset: range.lowerBound, length: 0, text: opening, rank: (1, -edits.count)))
        edits.append(Edit(offset: range.upperBound, length: 0, text: closing, rank: (0, edits.count)))
    }

    mutating func replace(_ range: Range<Int>, with text: String) {
        edits.append(Edit(offset: range.lowerBound, length: range.count, text: text, rank: (2, 0)))
    }

    func applied(to source: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(source.count + edits.count * 12)
        var position = 0
        for edit in edits.sorted(by: { ($0.offset, $0.rank.0, $0.rank.1) < ($1.offset, $1.rank.0, $1.rank.1) }) {
            result += source[position..<edit.offset]
            // `return(a) .. b`: what is put in must not grow together with the word before it.
            if edit.text.utf8.first == UInt8(ascii: "_"), result.last?.isWordByte == true { result.append(0x20) }
            result += Array(edit.text.utf8)
            position = edit.offset + edit.length
        }
        return result + source[position...]
    }
}

extension UInt8 {
    /// Whether it can stand inside a name or a number.
    fileprivate var isWordByte: Bool {
        self == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
