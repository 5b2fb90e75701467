package import Model
package import Policies

/// Makes up requests for a directory, one JSON line each; the same seed makes the same lines.
///
/// One in a hundred names an unknown token. The others mostly ask for an action that the token has the permission for,
/// and mostly near its own department, so that about half of them pass policies such as the shipped ones.
package struct RequestGenerator {
    private let directory: Directory
    private let actions: [ExactName]
    private let schema: Schema
    /// The types of resource of each action, and of an action that is not declared.
    private let resources: [ExactName: [Schema.RecordType]]
    private let anyResource: [Schema.RecordType]
    private let context: Schema.RecordType
    private var random: SeededGenerator
    /// The permitted actions of each assignment, in the order of `actions`.
    private let permitted: [[ExactName]]
    private let departments: [[Int]]
    private let users: [[Int]]
    private let usable: [Int]

    package init(directory: Directory, schema: Schema, seed: UInt64) {
        self.directory = directory
        let actions = schema.actions.keys.sorted()
        self.actions = actions
        self.schema = schema
        let all = schema.resources.sorted { $0.name < $1.name }
        anyResource = all
        resources = schema.actions.mapValues { action in all.filter { action.applies(to: $0.name) } }
        context = schema.context
        random = SeededGenerator(seed: seed)
        permitted = directory.assignments.map { assignment in actions.filter(assignment.permissions.permits) }
        departments = directory.tenants.indices.map { tenant in
            directory.departments.indices.filter { directory.departments[$0].tenant == tenant }
        }
        users = directory.tenants.indices.map { tenant in
            directory.users.indices.filter { directory.users[$0].tenant == tenant }
        }
        usable = directory.tokens.indices.filter {
            directory.tokens[$0].revoked == nil && directory.tokens[$0].suspended == nil
        }
    }

    /// The next request, without a line break.
    package mutating func next() -> [UInt8] {
        let place = token()
        let token = place.map { directory.tokens[$0] }
        var line: [UInt8] = []
        line.reserveCapacity(256)
        line.append(utf8: #"{"subject":{"type":"token","id":""#)
        line.append(utf8: token?.id.description ?? TokenID(using: &random).description)
        line.append(utf8: #"""#)
        finish(&line, token)
        return line
    }

    /// The next request by an external subject of a type, without a line break.
    package mutating func next(by subject: Schema.RecordType) -> [UInt8] {
        var line: [UInt8] = []
        line.append(utf8: #"{"subject":{"type":"#)
        line.append(string: subject.name)
        line.append(utf8: #","id":"subject-\(Int.random(in: 1...99, using: &random))","properties":{"#)
        append(subject, nil, to: &line)
        line.append(utf8: "}")
        finish(&line, nil)
        return line
    }

    /// Appends everything after the subject's own part.
    private mutating func finish(_ line: inout [UInt8], _ token: Token?) {
        line.append(utf8: #"},"action":{"name":"#)
        let action = action(token)
        line.append(string: action)
        if let type = schema.action(action), !type.properties.isEmpty {
            line.append(utf8: #","properties":{"#)
            append(type, token, to: &line)
            line.append(utf8: "}")
        }
        line.append(utf8: #"},"resource":{"#)
        let resources = resources[action] ?? anyResource
        if !resources.isEmpty {
            let type = resources[Int.random(in: resources.indices, using: &random)]
            line.append(utf8: #""type":"#)
            line.append(string: type.name)
            line.append(utf8: ",")
            line.append(utf8: #""id":"\#(Int.random(in: 1...9_999, using: &random))","properties":{"#)
            append(type, token, to: &line)
            line.append(utf8: "}")
        }
        line.append(utf8: #"},"context":{"#)
        append(context, token, to: &line)
        line.append(utf8: "}}")
    }

    /// A token's index; `nil` for an unknown token.
    private mutating func token() -> Int? {
        if directory.tokens.isEmpty || chance(1) { return nil }
        if !usable.isEmpty, chance(95) { return usable[Int.random(in: usable.indices, using: &random)] }
        return Int.random(in: directory.tokens.indices, using: &random)
    }

    private mutating func action(_ token: Token?) -> ExactName {
        if let token, chance(85) {
            let names = permitted[token.assignment]
            if !names.isEmpty { return names[Int.random(in: names.indices, using: &random)] }
        }
        return actions.isEmpty ? "nothing" : actions[Int.random(in: actions.indices, using: &random)]
    }

    private mutating func append(_ type: Schema.RecordType, _ token: Token?, to line: inout [UInt8]) {
        append(type.properties, token, to: &line)
    }

    private mutating func append(_ properties: [Schema.Property], _ token: Token?, to line: inout [UInt8]) {
        var isFirst = true
        for property in properties {
            if property.isOptional, chance(20) { continue }
            let start = line.count
            if !isFirst { line.append(utf8: ",") }
            line.append(string: property.name)
            line.append(utf8: ":")
            // A tenant without users has none to name.
            guard append(property.type, token, to: &line) else {
                line.removeSubrange(start...)
                continue
            }
            isFirst = false
        }
    }

    /// Appends a value of a type.
    /// - Returns: false when the directory has none.
    private mutating func append(_ type: ValueType, _ token: Token?, to line: inout [UInt8]) -> Bool {
        let tenant = token?.tenant ?? 0
        switch type {
        case .boolean: line.append(utf8: chance(50) ? "true" : "false")
        case .number: line.append(utf8: "\(Int.random(in: 0...20_000, using: &random))")
        case .string: line.append(string: "text-\(Int.random(in: 0...99, using: &random))")
        case .instant: line.append(string: "2026-\(twoDigits(1...12))-\(twoDigits(1...28))T\(twoDigits(0...23)):00:00Z")
        case .date: line.append(string: "2026-\(twoDigits(1...12))-\(twoDigits(1...28))")
        case .time: line.append(string: "\(twoDigits(0...23)):\(twoDigits(0...59))")
        case .duration: line.append(string: "PT\(Int.random(in: 0...9_000, using: &random))M")
        case .network: line.append(string: "10.\(byte()).0.0/16")
        case .ip: line.append(string: "10.\(byte()).\(byte()).\(byte())")
        case .department:
            guard let department = department(token, tenant) else { return false }
            line.append(string: directory.departments[department].id)
        case .user:
            guard tenant < users.count, !users[tenant].isEmpty else { return false }
            let user = users[tenant][Int.random(in: users[tenant].indices, using: &random)]
            line.append(string: directory.users[user].id)
        case .list(let element): list(of: element, count: Int.random(in: 0...3, using: &random), token, to: &line)
        case .restricted(.list(let element), .count(let count)): list(of: element, count: count, token, to: &line)
        case .restricted(_, .oneOf(let names)): line.append(string: names.randomElement(using: &random)!)
        case .restricted(.map(let type), .keys(let names)): map(of: type, names, token, to: &line)
        case .restricted(let type, _): return append(type, token, to: &line)
        case .map(let type): map(of: type, ["a", "b", "c", "key \"d\""], token, to: &line)
        case .record(let properties):
            line.append(utf8: "{")
            append(properties, token, to: &line)
            line.append(utf8: "}")
        default: return false
        }
        return true
    }

    private mutating func list(of element: ValueType, count: Int, _ token: Token?, to line: inout [UInt8]) {
        line.append(utf8: "[")
        for index in 0..<count {
            let start = line.count
            if index > 0 { line.append(utf8: ",") }
            guard append(element, token, to: &line) else {
                line.removeSubrange(start...)
                break
            }
        }
        line.append(utf8: "]")
    }

    /// A map with some of these keys.
    private mutating func map(of type: ValueType, _ keys: [ExactName], _ token: Token?, to line: inout [UInt8]) {
        line.append(utf8: "{")
        var isFirst = true
        for key in keys where chance(50) {
            let start = line.count
            if !isFirst { line.append(utf8: ",") }
            line.append(string: key)
            line.append(utf8: ":")
            guard append(type, token, to: &line) else {
                line.removeSubrange(start...)
                break
            }
            isFirst = false
        }
        line.append(utf8: "}")
    }

    /// A department: two times in three the token's own or one under it.
    private mutating func department(_ token: Token?, _ tenant: Int) -> Int? {
        guard tenant < departments.count, !departments[tenant].isEmpty else { return nil }
        if let token, chance(66) {
            let own = directory.assignments[token.assignment].department
            let near = departments[tenant].filter { directory.department($0, isWithin: own) }
            return near[Int.random(in: near.indices, using: &random)]
        }
        return departments[tenant][Int.random(in: departments[tenant].indices, using: &random)]
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func byte() -> Int { Int.random(in: 0...255, using: &random) }

    private mutating func twoDigits(_ range: ClosedRange<Int>) -> String {
        let number = Int.random(in: range, using: &random)
        return number < 10 ? "0\(number)" : "\(number)"
    }
}

extension [UInt8] {
    fileprivate mutating func append(utf8 text: String) {
        append(contentsOf: text.utf8)
    }

    fileprivate mutating func append(string name: ExactName) { append(string: name.text) }

    /// Appends a JSON string.
    fileprivate mutating func append(string text: String) {
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                append(contentsOf: "\\u00".utf8)
                append(digits[Int(byte >> 4)])
                append(digits[Int(byte & 15)])
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }
}
