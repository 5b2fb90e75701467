internal import Model
internal import Policies

/// Makes the targets of policies ready: their paths as places of a request.
final class TargetCompiler {
    /// The condition of one policy on one value.
    struct Condition {
        /// The place of the policy among those that are compared.
        let place: Int
        /// The numbers of the constants with which the policy may say something, ascending.
        let numbers: [Int32]
        /// The places of the values that must be present.
        let needed: [Int]
    }

    /// A value of the request, with the constants with which some policy may say something.
    struct Comparison {
        let source: TargetOperand.Source
        fileprivate(set) var texts: [ExactName] = []
        fileprivate(set) var conditions: [Condition] = []

        fileprivate init(_ source: TargetOperand.Source) { self.source = source }
    }

    private struct Place: Hashable {
        let shape: Int
        let path: PolicyTarget.Path
    }

    private let resolver: Resolver
    private let expressions: Expressions
    private let layout: PropertyLayout
    private let fuel: Int
    /// For each policy, the number of its request shape.
    private let shapes: [Int]
    private var contents: [Place: Expressions.ID?] = [:]

    /// - Parameters:
    ///   - shapes: for each policy, the number of its request shape.
    ///   - fuel: of one evaluation. The target of a policy that may need more does not hold.
    init(_ resolver: Resolver, _ expressions: Expressions, shapes: [Int], fuel: Int) {
        (self.resolver, self.expressions, self.shapes, self.fuel) = (resolver, expressions, shapes, fuel)
        layout = resolver.schema.layout
    }

    /// The values that the targets of policies compare, in the order of the policies.
    /// - Parameters:
    ///   - policies: by number.
    ///   - distrusted: those of them whose targets do not count.
    func comparisons(of policies: [Int], of set: PolicySet, except distrusted: Set<Int>) -> [Comparison] {
        var comparisons: [Comparison] = []
        var known: [TargetOperand.Source: Int] = [:]
        var numbers: [[ExactName: Int32]] = []
        for (ordinal, policy) in policies.enumerated() {
            guard let target = set.policies[policy].target, target.fuel <= fuel, !distrusted.contains(policy) else {
                continue
            }
            let shape = shapes[policy]
            for condition in target.conditions {
                guard let id = content(of: condition.path, shape), expressions.types[Int(id)] == .string,
                    let needed = places(of: condition.needed, shape)
                else { continue }
                let source = source(of: id)
                let place = known[source] ?? comparisons.count
                if place == comparisons.count {
                    known[source] = place
                    comparisons.append(Comparison(source))
                    numbers.append([:])
                }
                let own = condition.texts.map { text in
                    if let number = numbers[place][text] { return number }
                    comparisons[place].texts.append(text)
                    numbers[place][text] = Int32(comparisons[place].texts.count)
                    return Int32(comparisons[place].texts.count)
                }
                comparisons[place].conditions.append(
                    Condition(place: ordinal, numbers: own.sorted(), needed: needed))
            }
        }
        return comparisons
    }

    /// The value that a comparison compares, ready to be looked up.
    func operand(_ comparison: Comparison) -> TargetOperand {
        guard case .code(let place) = comparison.source else {
            return TargetOperand(comparison.source, comparison.texts)
        }
        let codes = comparison.texts.map { expressions.code(of: $0, at: place, resolver.schema)?.code }
        return TargetOperand(comparison.source, comparison.texts, codes: codes)
    }

    private func source(of id: Expressions.ID) -> TargetOperand.Source {
        expressions.place(of: id, layout).map { .text($0) } ?? expressions.placeOfCode(id).map { .code($0) }
            ?? .computed(id)
    }

    /// The places of values that must be present; `nil` where the presence of one cannot be seen at a place.
    private func places(of paths: [PolicyTarget.Path], _ shape: Int) -> [Int]? {
        var places: [Int] = []
        for path in paths {
            guard let id = content(of: path, shape), let place = place(of: id) else { return nil }
            if !places.contains(place) { places.append(place) }
        }
        return places
    }

    /// The place of a value, or of the one that always has it.
    private func place(of id: Expressions.ID) -> Int? {
        if let place = expressions.place(of: id, layout) ?? expressions.placeOfCode(id) { return place }
        let node = expressions.nodes[Int(id)]
        guard node.operation == .attribute, expressions.presence[Int(id)] == nil else { return nil }
        switch expressions.types[Int(node.a)] {
        case .department, .user, .userType: return expressions.place(of: node.a, layout)
        default: return nil
        }
    }

    /// The expression of a path; `nil` for one that is no value of the request.
    private func content(of path: PolicyTarget.Path, _ shape: Int) -> Expressions.ID? {
        let place = Place(shape: shape, path: path)
        if let known = contents[place] { return known }
        let found = find(path, shape)
        contents[place] = .some(found)
        return found
    }

    private func find(_ path: PolicyTarget.Path, _ shape: Int) -> Expressions.ID? {
        var id = expressions.intern(.request, UInt32(shape), type: .request)
        for name in path.names {
            switch try? resolver.meaning(of: name, on: id, in: expressions) {
            case .expression(let next)?, .fact(let next)?: id = next
            case .method?, .function?, nil: return nil
            }
            switch expressions.nodes[Int(id)].operation {
            case .attribute, .property: break
            default: return nil
            }
        }
        return expressions.content(of: id)
    }
}
