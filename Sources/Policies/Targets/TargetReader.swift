internal import Model
internal import Syntax

/// Finds the target of a policy in its source, without running it.
struct TargetReader {
    /// A policy with more constants than this, or a longer one, has no target: reading it would take too long.
    private static let mostTexts = 64
    private static let mostExpressions = 2_000
    /// More than any expression of the source takes.
    private static let fuelOfExpression = 20

    private let chunk: Chunk
    private let inference: TypeInference
    private let parts: RequestParts

    /// - Parameter inference: of a policy that loads, and keeps no state.
    /// - Returns: `nil` where the source shows none.
    static func target(of inference: TypeInference) -> PolicyTarget? {
        TargetReader(chunk: inference.chunk, inference: inference, parts: RequestParts(inference)).target
    }

    private var target: PolicyTarget? {
        guard chunk.expressions.count <= Self.mostExpressions, let decide = inference.decide, isPlain else {
            return nil
        }
        let block = chunk[decide].block
        let texts = texts(in: block)
        guard texts.reduce(0, { $0 + $1.texts.count }) <= Self.mostTexts else { return nil }
        var conditions: [PolicyTarget.Condition] = []
        for (path, texts) in texts {
            // Any other string: one that the policy compares nothing with.
            guard var needed = silence(in: block, path, nil) else { continue }
            var speaking: [ExactName] = []
            for text in texts {
                guard let more = silence(in: block, path, text) else {
                    speaking.append(text)
                    continue
                }
                needed += more.filter { !needed.contains($0) }
            }
            conditions.append(PolicyTarget.Condition(path: path, texts: speaking.sorted(), needed: needed))
        }
        guard !conditions.isEmpty else { return nil }
        return PolicyTarget(conditions: conditions, fuel: Self.fuelOfExpression * (chunk.expressions.count + 1))
    }

    /// The values that must be present so that the policy says nothing to requests with a string at a path.
    /// - Parameter text: `nil` for a string that the policy does not name.
    /// - Returns: `nil` where it may say something.
    private func silence(in block: Block, _ path: PolicyTarget.Path, _ text: ExactName?) -> [PolicyTarget.Path]? {
        var walk = TargetWalk(inference, parts, path, text)
        do throws(TargetWalk.MaySpeak) { _ = try walk.run(block) } catch { return nil }
        return walk.needed
    }

    /// The paths that are compared with constants, and these, in the order of the source.
    private func texts(in block: Block) -> [(path: PolicyTarget.Path, texts: [ExactName])] {
        let walk = TargetWalk(inference, parts, PolicyTarget.Path([]), nil)
        var found: [(path: PolicyTarget.Path, texts: [ExactName])] = []
        chunk.walk(block) { node in
            guard case .expression(let id) = node, case .binary(let operation, let left, let right, _) = chunk[id].kind,
                operation == .equal || operation == .notEqual, let (path, text) = walk.comparison(left, right)
            else { return true }
            guard let place = found.firstIndex(where: { $0.path == path }) else {
                found.append((path, [text]))
                return true
            }
            if !found[place].texts.contains(text) { found[place].texts.append(text) }
            return true
        }
        return found
    }

    // MARK: The rest of the file

    /// True when the code outside `decide` does the same whenever it runs, and never fails: it makes constants and
    /// functions, and no more. A setting may differ from tenant to tenant, and so it reads none.
    private var isPlain: Bool {
        chunk.block.statements.allSatisfy { statement in
            switch statement.kind {
            case .empty, .function, .localFunction: true
            case .local(_, let values), .return(let values): values.allSatisfy { isConstant($0) }
            case .assign(let targets, let values):
                values.allSatisfy { isConstant($0) } && targets.allSatisfy { isMember($0) }
            default: false
            }
        }
    }

    /// True for a member of a variable, `policy.decide`.
    private func isMember(_ id: Expression.ID) -> Bool {
        guard case .member(let base, _) = chunk[id].kind, case .name(let name) = chunk[base].kind else { return false }
        return name.target != .global
    }

    private func isConstant(_ id: Expression.ID, depth: Int = 0) -> Bool {
        guard depth < TargetWalk.mostDepth else { return false }
        switch chunk[id].kind {
        case .nil, .boolean, .integer, .float, .string, .function: return true
        case .name(let name): return name.target != .global
        case .parenthesized(let inner), .unary(.minus, let inner): return isConstant(inner, depth: depth + 1)
        case .table(let fields):
            return fields.allSatisfy { field in
                switch field {
                case .item(let value), .named(_, let value): isConstant(value, depth: depth + 1)
                case .keyed(let key, let value):
                    isConstant(key, depth: depth + 1) && isConstant(value, depth: depth + 1)
                }
            }
        case .call(let callee, let arguments):
            guard case .name(let name) = chunk[callee].kind, name.target == .global,
                name.name == "settings" || name.name == "use" || inference.constantType(callee) != nil
            else { return false }
            return arguments.allSatisfy { isConstant($0, depth: depth + 1) }
        default: return false
        }
    }
}
