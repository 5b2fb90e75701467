extension JSON {
    /// One step from a value to a part of it.
    package enum Step: Hashable, Sendable {
        /// A member of a record.
        case name(ExactName)
        /// A member of a map.
        case key(ExactName)
        /// An element of a list, counted from 0.
        case element(Int)
    }

    /// The value at a path; `nil` where one on the way is left out or null.
    package func stated(_ path: [Step]) -> JSON? {
        path.reduce(self as JSON?) { value, step in
            switch (step, value) {
            case (.name(let name), _), (.key(let name), _): value?.stated(name)
            case (.element(let place), .array(let items)?): items.indices.contains(place) ? items[place] : nil
            case (.element, _): nil
            }
        }
    }

    /// The value with another at a path, or without one there. An object on the way that is left out is made; an element
    /// that is not there stays so.
    package func with(_ path: [Step], _ value: JSON?) -> JSON { with(path[...], value) }

    private func with(_ path: ArraySlice<Step>, _ value: JSON?) -> JSON {
        guard let step = path.first else { return value ?? self }
        switch (step, self) {
        case (.element(let place), .array(var items)):
            guard items.indices.contains(place) else { return self }
            if path.count == 1, value == nil {
                items.remove(at: place)
            } else {
                items[place] = items[place].with(path.dropFirst(), value)
            }
            return .array(items)
        case (.name(let name), .object(var members)), (.key(let name), .object(var members)):
            var value = value
            if path.count > 1 {
                let inner = stated(name)
                // Nothing is to be taken out of an object that is left out.
                if inner == nil, value == nil { return self }
                value = (inner ?? .object([])).with(path.dropFirst(), value)
            }
            guard let place = members.firstIndex(where: { $0.key == name }) else {
                return .object(members + (value.map { [Member(name, $0)] } ?? []))
            }
            if let value { members[place].value = value } else { members.remove(at: place) }
            return .object(members)
        default: return self
        }
    }
}

extension [JSON.Step] {
    /// The path as policies write it: `.spec.containers[1].labels["env"]`.
    package var text: String {
        map { step in
            switch step {
            case .name(let name): ".\(name)"
            case .key(let key): "[\(JSON.string(key).compact)]"
            case .element(let place): "[\(place + 1)]"
            }
        }.joined()
    }
}
