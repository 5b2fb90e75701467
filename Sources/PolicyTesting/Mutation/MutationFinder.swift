internal import Model
internal import Policies
internal import Syntax

/// Finds the mutations of one source.
///
/// A change that cannot make a difference is not made: to text that people read, to a branch that ends a function
/// without doing anything, to a default that `settings.json` overrides, to a grant that another one covers.
struct MutationFinder {
    let chunk: Chunk
    /// The types of the expressions; `nil` for a library that no policy uses.
    let inference: TypeInference?
    let schema: Schema
    /// The declaration of a policy; `nil` for a library.
    let declaration: PolicyDeclaration?
    /// The settings, and `enabled`, that `settings.json` sets for every tenant.
    let overridden: Set<ExactName>

    /// The strings of the source by their use; `nil` until they are asked for.
    var strings: [ExactName: [(id: Expression.ID, text: ExactName)]]?
    /// The expression around each expression.
    private(set) var parents: [Expression.ID: Expression.ID] = [:]
    /// The expressions that other rules are about, or whose change would be none.
    private var skipped: Set<Expression.ID> = []
    /// The offsets of statements after which a function ends.
    private var tails: Set<Int> = []
    private var found: [Mutation] = []
    private var known: Set<Change> = []

    private struct Change: Hashable {
        let range: Range<Int>
        let replacement: [UInt8]
    }

    init(
        _ chunk: Chunk, _ inference: TypeInference?, schema: Schema, declaration: PolicyDeclaration?,
        overridden: Set<ExactName>
    ) {
        (self.chunk, self.inference, self.schema) = (chunk, inference, schema)
        (self.declaration, self.overridden) = (declaration, overridden)
        for index in chunk.expressions.indices {
            let id = chunk.id(index)
            for case .expression(let part) in chunk.parts(of: .expression(id)) { parents[part] = id }
            if case .function(let function) = chunk[id].kind { noteTails(chunk[function].block) }
        }
        chunk.walk { node in
            guard case .statement(let statement) = node else { return true }
            switch statement.kind {
            case .function(_, let function), .localFunction(_, let function): noteTails(chunk[function].block)
            default: break
            }
            return true
        }
    }

    /// The mutations in the order of their places, each change once.
    mutating func mutations() -> [Mutation] {
        if declaration != nil {
            findDeclarations()
            findSettings()
        }
        skipUnread()
        let chunk = chunk
        chunk.walk { node in
            switch node {
            case .statement(let statement): find(statement)
            case .expression(let id):
                if skipped.contains(id) { return false }
                find(id)
            }
            return true
        }
        return found.enumerated().sorted { one, other in
            (one.element.position.offset, one.offset) < (other.element.position.offset, other.offset)
        }.map(\.element)
    }

    // MARK: Making

    /// Adds a change, unless it is known or changes nothing.
    /// - Parameter scope: the code that the change is about.
    mutating func add(
        _ kind: Mutation.Kind, _ position: Position, _ words: String, _ range: Range<Int>, _ replacement: String,
        scope: Range<Int>
    ) {
        let bytes = apart(range, Array(replacement.utf8))
        guard !chunk.source[range].elementsEqual(bytes),
            known.insert(Change(range: range, replacement: bytes)).inserted
        else { return }
        found.append(
            Mutation(
                kind: kind, position: position, words: words, range: range, replacement: bytes,
                scope: scope))
    }

    /// A replacement that does not join the words before and after it.
    private func apart(_ range: Range<Int>, _ replacement: [UInt8]) -> [UInt8] {
        func isWord(_ byte: UInt8?) -> Bool {
            byte.map { $0 == UInt8(ascii: "_") || Unicode.Scalar($0).properties.isAlphabetic || (48...57).contains($0) }
                ?? false
        }
        let before = range.lowerBound > 0 ? chunk.source[range.lowerBound - 1] : nil
        let after = range.upperBound < chunk.source.count ? chunk.source[range.upperBound] : nil
        let space = UInt8(ascii: " ")
        var own = replacement
        if isWord(before), isWord(own.first ?? after) { own.insert(space, at: 0) }
        if isWord(after), let last = own.last, isWord(last) { own.append(space) }
        return own
    }

    /// Leaves out what variables hold that nothing reads.
    private mutating func skipUnread() {
        let read = chunk.readDeclarations
        let chunk = chunk
        chunk.walk { node in
            guard case .statement(let statement) = node, case .local(let names, let values) = statement.kind,
                names.count == values.count
            else { return true }
            for (name, value) in zip(names, values) where !chunk.isRead(name, among: read) {
                switch chunk[value].kind {
                case .boolean, .integer, .float, .string, .table: skip(value)
                default: continue
                }
            }
            return true
        }
    }

    mutating func skip(_ id: Expression.ID) { skipped.insert(id) }

    func range(_ id: Expression.ID) -> Range<Int> { chunk[id].start..<chunk[id].end }

    func text(_ range: Range<Int>) -> String { String(decoding: chunk.source[range], as: UTF8.self) }

    /// A piece of source in the words of a change: on one line, and not too long.
    func quoted(_ range: Range<Int>) -> String {
        let line = text(range).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > Self.most ? "`\(line.prefix(Self.most - 1))…`" : "`\(line)`"
    }

    /// The greatest number of characters of a piece of source.
    private static let most = 60

    /// The bytes to remove for a statement: its lines, when nothing else is on them.
    func lines(of range: Range<Int>) -> Range<Int> {
        let newLine = UInt8(ascii: "\n")
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var start = range.lowerBound
        while start > 0, isBlank(chunk.source[start - 1]) { start -= 1 }
        var end = range.upperBound
        if end < chunk.source.count, chunk.source[end] == UInt8(ascii: ";") { end += 1 }
        while end < chunk.source.count, isBlank(chunk.source[end]) { end += 1 }
        let isWhole =
            (start == 0 || chunk.source[start - 1] == newLine)
            && (end == chunk.source.count || chunk.source[end] == newLine)
        guard isWhole else { return range }
        return start..<min(end + 1, chunk.source.count)
    }

    /// The text that replaces a removed statement: something, where what follows would be read as its continuation.
    func filling(after range: Range<Int>) -> String {
        let next = chunk.source[range.upperBound...].first { !" \t\r\n".utf8.contains($0) }
        return next == UInt8(ascii: "(") ? ";" : ""
    }

    // MARK: The ends of functions

    /// True for a statement after which its function ends.
    func isTail(_ statement: Statement) -> Bool { tails.contains(statement.start) }

    private mutating func noteTails(_ block: Block) {
        var rest = [block]
        while let block = rest.popLast() {
            guard let last = block.statements.last else { continue }
            tails.insert(last.start)
            switch last.kind {
            case .if(let branches, let otherwise): rest += branches.map(\.block) + (otherwise.map { [$0] } ?? [])
            case .block(let inner): rest.append(inner)
            default: break
            }
        }
    }
}
