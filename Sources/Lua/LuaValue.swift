internal import CLua
package import Model

/// A value of a script as the host sees it; functions and other script-only values have no content.
package enum LuaValue: Equatable, Sendable {
    case `nil`
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case handle(UInt32)
    /// The entries of a table: integer keys ascending, then strings by bytes.
    indirect case table([Entry])
    case function
    case other

    /// One key of a table and its value.
    package struct Entry: Equatable, Sendable {
        package let key: LuaValue
        package let value: LuaValue

        package init(key: LuaValue, value: LuaValue) {
            self.key = key
            self.value = value
        }
    }
}

extension LuaValue {
    /// Compares strings by their bytes.
    package static func == (one: Self, other: Self) -> Bool {
        switch (one, other) {
        case (.nil, .nil), (.function, .function), (.other, .other): true
        case (.boolean(let one), .boolean(let other)): one == other
        case (.integer(let one), .integer(let other)): one == other
        case (.number(let one), .number(let other)): one == other
        case (.string(let one), .string(let other)): one.isSameBytes(other)
        case (.handle(let one), .handle(let other)): one == other
        case (.table(let one), .table(let other)): one == other
        default: false
        }
    }

    /// A string as a name; `nil` for anything else.
    package var name: ExactName? { if case .string(let text) = self { ExactName(text) } else { nil } }

    package static func string(_ name: ExactName) -> LuaValue { .string(name.text) }
}

extension LuaValue {
    /// Copies the flat value at an index out of the interpreter.
    init(_ values: UnsafePointer<clua_value>, at index: Int) {
        let value = unsafe values[index]
        switch unsafe value.kind {
        case CLUA_NIL: self = .nil
        case CLUA_BOOLEAN: self = unsafe .boolean(value.integer != 0)
        case CLUA_INTEGER: self = unsafe .integer(value.integer)
        case CLUA_NUMBER: self = unsafe .number(value.number)
        case CLUA_STRING:
            let bytes = unsafe UnsafeRawBufferPointer(start: value.bytes, count: Int(value.integer))
            self = unsafe .string(String(decoding: bytes, as: UTF8.self))
        case CLUA_HANDLE: self = unsafe .handle(value.id)
        case CLUA_TABLE:
            let first = unsafe Int(value.integer)
            let count = unsafe Int(value.id)
            var entries: [Entry] = []
            entries.reserveCapacity(count)
            for entry in 0..<count {
                let key = unsafe LuaValue(values, at: first + 2 * entry)
                let content = unsafe LuaValue(values, at: first + 2 * entry + 1)
                entries.append(Entry(key: key, value: content))
            }
            self = .table(entries)
        case CLUA_FUNCTION: self = .function
        default: self = .other
        }
    }
}
