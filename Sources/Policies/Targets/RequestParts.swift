internal import Model
internal import Syntax

/// The parts of the request that the expressions of a policy's source name.
final class RequestParts {
    /// A part of the request: the names that lead to it, and what is known of it.
    struct Part {
        let path: PolicyTarget.Path
        let known: TypeInference.Known
        /// Its owners, from the nearest on, without the request itself.
        let owners: [(path: PolicyTarget.Path, known: TypeInference.Known)]
    }

    private let chunk: Chunk
    private let inference: TypeInference
    private var parts: [Expression.ID: Part?] = [:]
    /// The number of steps that walks may still take. One variable may stand for two others, and so on: following all of
    /// them takes twice as long with each.
    private var steps = 10_000

    init(_ inference: TypeInference) {
        chunk = inference.chunk
        self.inference = inference
    }

    /// True as long as walks may take another step.
    func mayStep() -> Bool {
        steps -= 1
        return steps >= 0
    }

    /// The part of the request that an expression names; `nil` for any other.
    func part(_ id: Expression.ID) -> Part? {
        if let known = parts[id] { return known }
        let part = find(id)
        parts[id] = .some(part)
        return part
    }

    private func find(_ id: Expression.ID) -> Part? {
        var (id, names): (Expression.ID, [(name: ExactName, known: TypeInference.Known)]) = (id, [])
        for _ in 0..<TargetWalk.mostDepth {
            switch chunk[id].kind {
            case .parenthesized(let inner): id = inner
            case .member(let base, let name):
                guard let known = known(id) else { return nil }
                names.append((ExactName(name.name), known))
                id = base
            case .index(let base, let key):
                guard case .string(let bytes) = chunk[key].kind, let known = known(id) else { return nil }
                names.append((ExactName(String(decoding: bytes, as: UTF8.self)), known))
                id = base
            case .name(let name):
                guard case .local(let variable) = name.target else { return nil }
                if variable == inference.names.request { return Self.part(names) }
                guard let value = inference.definition(of: variable) else { return nil }
                id = value
            default: return nil
            }
        }
        return nil
    }

    /// - Parameter names: from the last to the first.
    private static func part(_ names: [(name: ExactName, known: TypeInference.Known)]) -> Part? {
        guard let last = names.first else { return nil }
        let path = Array(names.reversed().map(\.name))
        let owners = names.dropFirst().enumerated().map { place, owner in
            (path: PolicyTarget.Path(path.dropLast(place + 1)), known: owner.known)
        }
        return Part(path: PolicyTarget.Path(path), known: last.known, owners: owners)
    }

    /// A value that the request itself holds, not a function of a plugin.
    private func known(_ id: Expression.ID) -> TypeInference.Known? {
        guard let known = inference.value(id), known.isHandle, known.isOfRequest, let expression = known.expression
        else { return nil }
        switch inference.expressions.nodes[Int(expression)].operation {
        case .attribute, .property: return known
        default: return nil
        }
    }
}
