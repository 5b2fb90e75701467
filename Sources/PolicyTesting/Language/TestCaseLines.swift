internal import Model
internal import Syntax

/// The lines of tests' cases in a file, where the cases are written as a literal table.
struct TestCaseLines: Sendable {
    /// By the line of the test: the lines of its listed cases in order, and of its named cases.
    private var items: [Int: [Int]] = [:]
    private var names: [Int: [ExactName: Int]] = [:]

    init() {}

    init(_ chunk: Chunk) {
        for expression in chunk.expressions {
            guard case .call(let callee, let arguments) = expression.kind, arguments.count == 2,
                case .name(let name) = chunk[callee].kind, name.name == "test",
                case .table(let fields) = chunk[arguments[1]].kind
            else { continue }
            for case .named(let key, let value) in fields where key.name == "cases" {
                guard case .table(let cases) = chunk[value].kind else { continue }
                note(cases, of: expression.position.line, chunk)
            }
        }
    }

    private mutating func note(_ cases: [Expression.Field], of line: Int, _ chunk: Chunk) {
        // Two tests are on one line: the cases could belong to either.
        guard items[line] == nil, names[line] == nil else {
            items[line] = []
            names[line] = [:]
            return
        }
        var own: [ExactName: Int] = [:]
        var list: [Int] = []
        for field in cases {
            switch field {
            case .item(let value): list.append(chunk[value].position.line)
            case .named(let name, let value): own[ExactName(name.name)] = chunk[value].position.line
            case .keyed(let key, let value):
                if case .string(let bytes) = chunk[key].kind {
                    own[ExactName(String(decoding: bytes, as: UTF8.self))] = chunk[value].position.line
                }
            }
        }
        items[line] = list
        names[line] = own
    }

    /// - Parameter index: 0-based.
    func item(_ index: Int, of test: Int) -> Int? {
        guard let list = items[test], index < list.count else { return nil }
        return list[index]
    }

    func named(_ name: ExactName, of test: Int) -> Int? { names[test]?[name] }
}
