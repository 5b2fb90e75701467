internal import Model
internal import Policies

/// The classes of records inside others, and of lists and maps of what a schema declares.
extension LuaAnnotations {
    /// The name of a declared type, and the classes that it needs.
    /// - Parameter path: the name of the class that it gets where it needs one, such as `demilune.Context.consent`.
    static func declared(_ type: ValueType, _ path: String) -> (name: String, classes: [String]) {
        switch type {
        case .record(let properties):
            let parts = properties.map { ($0, declared($0.type, "\(path).\($0.name)")) }
            let fields = parts.map { property, type in
                let help = [property.type.shown, property.isOptional ? "may be absent" : ""].filter { !$0.isEmpty }
                return field(property.name, type.name, help.joined(separator: "; "))
            }
            let own = (["---@class \(path)"] + fields + [has(path, names: properties.map(\.name))])
                .joined(separator: "\n")
            return (path, parts.flatMap(\.1.classes) + [own + "\n"])
        case .list(let element) where element != element.plain || element.parts != nil || element.isNested:
            let inner = declared(element, "\(path).element")
            return (
                "\(path).list", inner.classes + [list("\(path).list", of: inner.name, isSearched: !element.hasParts)]
            )
        case .restricted(.map(let value), .keys(let keys)): return map(value, texts(keys), path)
        case .map(let value): return map(value, "string", path)
        case .restricted(let inner, _): return type.choices.map { (texts($0), []) } ?? declared(inner, path)
        default: return (name(type), [])
        }
    }

    private static func map(_ value: ValueType, _ key: String, _ path: String) -> (name: String, classes: [String]) {
        let inner = declared(value, "\(path).value")
        let name = "\(path).map"
        return (
            name,
            inner.classes + [
                """
                ---@class \(name)
                ---@field get fun(self: \(name), key: \(key)): \(inner.name) # the value of a key, which must be there
                ---@field has fun(self: \(name), key: \(key)): boolean # whether there is a value of that key
                ---@operator len: integer

                """
            ]
        )
    }

    /// The class of a list.
    /// - Parameter isSearched: false for a list of values that cannot be compared.
    static func list(_ name: String, of element: String, isSearched: Bool = true) -> String {
        func test(_ method: ExactName, _ help: String) -> String {
            field(method, "fun(self: \(name), test: fun(element: \(element)): boolean): boolean", help)
        }
        let contains = field("contains", "fun(self: \(name), value: \(element)): boolean", "whether a value is in it")
        let lines =
            ["---@class \(name)", "---@field [integer] \(element)"] + (isSearched ? [contains] : []) + [
                test("any", "whether the test holds for one element"),
                test("all", "whether the test holds for each element"), "---@operator len: integer", "",
            ]
        return lines.joined(separator: "\n")
    }
}

extension ValueType {
    /// True for a list or a map.
    fileprivate var isNested: Bool {
        switch self {
        case .list, .map: true
        default: false
        }
    }
}
