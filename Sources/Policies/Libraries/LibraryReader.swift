internal import Lua
package import Model
package import Syntax

/// A library's file, as far as it could be read, with what is wrong with it.
package struct ParsedLibrary {
    package let file: PolicyFile
    package let name: ExactName
    package let path: String
    /// `nil` when it is not valid Lua.
    package var chunk: Chunk?
    var uses: [Chunk.LibraryUse] = []
    var diagnostics: [Diagnostic] = []
    /// The types of its expressions, with those of the arguments that policies pass; `nil` until these are known.
    package var inference: TypeInference?
    /// `nil` when anything is wrong with it.
    package var library: Library?

    /// Adds faults that the source shows, in place of a failure to load which they explain.
    mutating func note(_ faults: [Diagnostic]) {
        let lines = Set(faults.map(\.line))
        diagnostics.removeAll { $0.rule == "failing-load" && lines.contains($0.line) }
        // A name that libraries do not have is reported as such, and not for what it would mean in a policy.
        diagnostics += faults.filter { fault in
            !diagnostics.contains { ($0.line, $0.column) == (fault.line, fault.column) && $0.column != nil }
        }
    }
}

/// Reads the libraries of a set: parses them, checks them against the dialect, orders them by their uses, and runs each
/// once for the table that it returns.
struct LibraryReader {
    private let source: PolicySource
    private let isInstrumented: Bool
    private let sandbox: DeclarationSandbox
    private(set) var parsed: [ParsedLibrary]
    private(set) var set: LibrarySet

    /// The most libraries in a chain of uses.
    private static let deepest = 16
    static let rule = "library"

    init(_ source: PolicySource, isInstrumented: Bool, sandbox: DeclarationSandbox) {
        self.source = source
        self.isInstrumented = isInstrumented
        self.sandbox = sandbox
        parsed = source.files.filter { $0.name.isLibraryFile }.map { Self.parse($0, path: "\(source.path)/\($0.name)") }
        set = LibrarySet([], all: Set(parsed.map(\.name)))
        for index in parsed.indices { checkUses(of: index) }
        load()
    }

    var diagnostics: [Diagnostic] { parsed.flatMap(\.diagnostics) }

    private static func parse(_ file: PolicyFile, path: String) -> ParsedLibrary {
        var parsed = ParsedLibrary(file: file, name: file.name.libraryName, path: path)
        guard file.bytes.count <= 65_536 else {
            parsed.diagnostics = [Diagnostic("a library has at most 64 KiB", path: path, line: 1, rule: "syntax")]
            return parsed
        }
        do throws(SyntaxError) {
            let chunk = try Chunk.parse(file.bytes)
            parsed.chunk = chunk
            parsed.uses = chunk.libraryUses
            let fields = chunk.returnedFields
            if let place = (fields["decide"] ?? fields["on"])?.position {
                parsed.diagnostics = [
                    Diagnostic(
                        "this is a policy and no library, and is not in force: move it into the folder of the policies",
                        path: path, line: place.line, column: place.column, rule: "misplaced-file")
                ]
                return parsed
            }
            parsed.diagnostics =
                Dialect.faults(of: chunk, known: Dialect.ofLibraries, path: path, whose: "libraries")
                + Dialect.ineffective(in: chunk, declaring: [], path: path, what: "a library")
        } catch {
            parsed.diagnostics = [
                Diagnostic(error.message, path: path, line: error.line, column: error.column, rule: "syntax")
            ]
        }
        return parsed
    }

    // MARK: Uses

    private mutating func checkUses(of index: Int) {
        let path = parsed[index].path
        parsed[index].diagnostics += Self.faults(of: parsed[index].uses, among: set, path: path)
        guard let circle = circle(from: parsed[index].name) else { return }
        let place = parsed[index].uses.first { $0.name == circle[1] }?.position
        parsed[index].diagnostics.append(
            Diagnostic(
                "libraries cannot use each other in a circle: \(circle.map(\.text).joined(separator: " → "))",
                path: path, line: place?.line ?? 1, column: place?.column, rule: Self.rule))
    }

    /// The uses of libraries that cannot be had, each at its place.
    static func faults(of uses: [Chunk.LibraryUse], among set: LibrarySet, path: String) -> [Diagnostic] {
        uses.compactMap { use in
            var message: String?
            if !use.isAtTop {
                message = "`use \"\(use.name)\"` must be at the top of the file, outside of functions"
            } else if !set.all.contains(use.name) {
                message =
                    "there is no library `\(use.name)`: it would be the file `\(use.name.libraryFile)`"
                    + Suggestion.hint(for: use.name, among: set.all.sorted())
            }
            return message.map {
                Diagnostic($0, path: path, line: use.position.line, column: use.position.column, rule: Self.rule)
            }
        }
    }

    /// The shortest circle of uses that begins and ends with a library.
    private func circle(from start: ExactName) -> [ExactName]? {
        let uses = Dictionary(uniqueKeysWithValues: parsed.map { ($0.name, $0.uses.map(\.name)) })
        var seen: Set<ExactName> = []
        var paths = [[start]]
        while !paths.isEmpty {
            var next: [[ExactName]] = []
            for path in paths {
                for name in uses[path.last!] ?? [] {
                    if name == start { return path + [start] }
                    if seen.insert(name).inserted { next.append(path + [name]) }
                }
            }
            paths = next
        }
        return nil
    }

    // MARK: Loading

    /// Loads each library after those that it uses; one that uses a library that does not load is left out.
    private mutating func load() {
        var depths: [ExactName: Int] = [:]
        var libraries: [Library] = []
        var rest = parsed.indices.filter { parsed[$0].diagnostics.isEmpty && parsed[$0].chunk != nil }
        while let next = rest.firstIndex(where: { parsed[$0].uses.allSatisfy { depths[$0.name] != nil } }) {
            let index = rest.remove(at: next)
            let depth = 1 + (parsed[index].uses.map { depths[$0.name]! }.max() ?? 0)
            guard depth <= Self.deepest else {
                note("a chain of libraries that use each other has at most \(Self.deepest)", index, rule: Self.rule)
                continue
            }
            guard let library = run(index, number: libraries.count) else { continue }
            depths[library.name] = depth
            libraries.append(library)
            parsed[index].library = library
            set = LibrarySet(libraries, all: set.all)
        }
    }

    private mutating func note(
        _ message: String, _ index: Int, at position: Position? = nil, line: Int = 1, rule: String
    ) {
        parsed[index].diagnostics.append(
            Diagnostic(
                message, path: parsed[index].path, line: position?.line ?? line, column: position?.column, rule: rule))
    }

    private mutating func run(_ index: Int, number: Int) -> Library? {
        guard let chunk = parsed[index].chunk, let used = set.closure(of: parsed[index].uses.map(\.name)) else {
            return nil
        }
        let file = parsed[index].file
        let last = chunk.block.statements.last?.position
        let program = chunk.rewritten()
        let outcome: CallResult
        do throws(LuaError) {
            outcome = try sandbox.run(
                program, name: file.name.text, host: DeclarationHost(source.plugins, libraries: set), libraries: used)
        } catch {
            note(error.message, index, rule: "syntax")
            return nil
        }
        guard outcome.termination == .finished else {
            let (message, line) = PolicyReader.words(outcome.termination)
            note(message, index, line: line ?? 1, rule: "failing-load")
            return nil
        }
        guard case .table(let entries) = outcome.value else {
            note(
                "a library must return a table of functions, got \(outcome.value.kindName)"
                    + (outcome.value == .nil ? ": the file ends in `return { … }`" : ""), index, at: last,
                rule: Self.rule)
            return nil
        }
        let fields = chunk.returnedFields
        var members: [(offset: Int, member: Library.Member)] = []
        for entry in entries {
            guard let name = entry.key.name, Self.isName(name) else {
                note(
                    "a library's table has names for keys, got \(entry.key.shown)", index, at: last, rule: Self.rule)
                return nil
            }
            let field = fields[name]
            let parameters = field?.function.map(chunk.parameterNames) ?? (entry.value == .function ? ["..."] : nil)
            members.append(
                (
                    field?.position.offset ?? .max,
                    Library.Member(
                        name: name, parameters: entry.value == .function ? parameters : nil,
                        type: Self.type(of: entry.value),
                        about: field.map { Self.comment(of: $0.position, in: chunk) } ?? "",
                        line: field?.position.line)
                ))
        }
        if members.isEmpty {
            note("this library provides nothing: its table is empty", index, at: last, rule: Self.rule)
            return nil
        }
        let instrumentation =
            isInstrumented
            ? PolicyInstrumentation(chunk, name: file.name.text, base: PolicyInstrumentation.base(ofLibrary: number))
            : nil
        return Library(
            name: parsed[index].name, path: parsed[index].path, about: chunk.heading,
            members: members.sorted { ($0.offset, $0.member.name) < ($1.offset, $1.member.name) }.map(\.member),
            uses: parsed[index].uses.map(\.name), program: instrumentation?.program ?? program,
            instrumentation: instrumentation, keepsState: chunk.keepsState, texts: Set(chunk.strings.map(\.bytes)),
            memberNames: Set(chunk.memberNames.map { ExactName($0) }))
    }

    /// The comment before a field that is the first thing on its line; another one is about something else.
    private static func comment(of place: Position, in chunk: Chunk) -> String {
        let before = chunk.source[..<place.offset].reversed().prefix { $0 != UInt8(ascii: "\n") }
        let line = String(decoding: before.reversed(), as: UTF8.self).drop { " \t".contains($0) }
        return line.isEmpty || line.hasPrefix("function ") ? chunk.comment(before: place.line) : ""
    }

    /// The name of a value's type in Lua.
    private static func type(of value: LuaValue) -> String {
        switch value {
        case .boolean: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .table: "table"
        case .function: "function"
        default: "value"
        }
    }

    private static func isName(_ name: ExactName) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
        }
    }
}
