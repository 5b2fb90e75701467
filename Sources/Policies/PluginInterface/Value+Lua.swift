package import Lua
package import Model

extension Value {
    /// A value of a script as a constant of a type; `nil` for a value of another type.
    package init?(_ value: LuaValue, as type: ValueType) {
        switch (type, value) {
        case (.string, .string(let text)): self = .string(text)
        case (.number, .integer(let number)): self = .integer(number)
        case (.number, .number(let number)): self = .number(number)
        case (.boolean, .boolean(let boolean)): self = .boolean(boolean)
        case (.date, .string(let text)), (.instant, .string(let text)), (.time, .string(let text)),
            (.duration, .string(let text)), (.ip, .string(let text)), (.network, .string(let text)):
            guard let value = try? Value(text, in: type) else { return nil }
            self = value
        case (.list(let element), .table(let entries)):
            var list: [Value] = []
            for (index, entry) in entries.enumerated() {
                guard entry.key == .integer(Int64(index + 1)), let value = Value(entry.value, as: element) else {
                    return nil
                }
                list.append(value)
            }
            self = .list(list)
        default: return nil
        }
    }
}
