internal import Syntax

/// The values of the variables in a policy's source, as far as the source determines them.
struct InferredNames {
    /// The parameter of the policy's `decide`; `nil` where it is not known, or is assigned to.
    private(set) var request: Declaration.ID?
    /// The function that is the policy's `decide`; `nil` where the source does not determine it.
    private(set) var decide: Function.ID?
    /// The initial values of variables that are never assigned to.
    private(set) var values: [Declaration.ID: Expression.ID] = [:]
    /// The lists of which a variable is each element: the second of `for _, x in ipairs(list)`, or the parameter of the
    /// function in `list:any(function(x) … end)`. With `pairs`, it may be a map, and the variable each value.
    private(set) var elements: [Declaration.ID: Expression.ID] = [:]
    /// The lists and maps of which the first variable of `for k, v in pairs(x)` is each number or key.
    private(set) var keys: [Declaration.ID: Expression.ID] = [:]
    /// The variables that count: of `for i = 1, 10`, and the first of `for i, x in ipairs(list)`.
    private(set) var counters: Set<Declaration.ID> = []
    /// The variables that are declared without a value and never assigned to: they are `nil`.
    private(set) var unset: Set<Declaration.ID> = []
    /// The local functions that are only ever called by their names, with the arguments of each call.
    private var calls: [Declaration.ID: [[Expression.ID]]] = [:]
    /// For a parameter, the name of its function and its index.
    private var parameters: [Declaration.ID: (function: Declaration.ID, place: Int)] = [:]

    /// - Parameter isPolicy: false for a script whose `decide`, if it has one, is not looked for.
    init(_ chunk: Chunk, isPolicy: Bool) {
        var functions: [Declaration.ID: Function.ID] = [:]
        chunk.walk { node in
            guard case .statement(let statement) = node else {
                if case .expression(let id) = node { noteWalk(id, in: chunk) }
                return true
            }
            switch statement.kind {
            case .local(let names, let assigned):
                for (name, value) in zip(names, assigned) where !chunk[name].isReassigned {
                    values[name] = value
                    if case .function(let function) = chunk[value].kind { functions[name] = function }
                }
                if assigned.last.map(chunk.isMultiple) != true {
                    unset.formUnion(names.dropFirst(assigned.count).filter { !chunk[$0].isReassigned })
                }
            case .localFunction(let name, let function) where !chunk[name].isReassigned: functions[name] = function
            case .numericFor(let name, _, _): if !chunk[name].isReassigned { counters.insert(name) }
            case .genericFor(let names, let lists, _):
                guard let list = lists.first, case .call(let callee, let arguments) = chunk[list].kind,
                    let argument = arguments.first, let name = chunk.libraryFunction(callee),
                    name == "ipairs" || name == "pairs"
                else { break }
                if !chunk[names[0]].isReassigned {
                    if name == "pairs" { keys[names[0]] = argument } else { counters.insert(names[0]) }
                }
                if names.count > 1, !chunk[names[1]].isReassigned { elements[names[1]] = argument }
            default: break
            }
            return true
        }
        noteCalls(of: functions, in: chunk)
        noteWalks(by: functions, in: chunk)
        decide = isPolicy ? Self.decide(of: chunk, functions) : nil
        request = decide.flatMap { Self.request(of: $0, in: chunk) }
    }

    /// The list and the function of `list:any(function)`; `nil` for any other expression.
    private static func walk(
        _ id: Expression.ID, in chunk: Chunk
    ) -> (list: Expression.ID, function: Expression.ID)? {
        guard case .method(let list, let name, let arguments) = chunk[id].kind, ["any", "all"].contains(name.name),
            arguments.count == 1
        else { return nil }
        return (list, arguments[0])
    }

    /// Notes the parameter of the function in `list:any(function(x) … end)`.
    private mutating func noteWalk(_ id: Expression.ID, in chunk: Chunk) {
        guard let walk = Self.walk(id, in: chunk), case .function(let function) = chunk[walk.function].kind else {
            return
        }
        noteElement(of: walk.list, function, in: chunk)
    }

    /// Notes the parameters of local functions whose only use is that in `list:any(f)`.
    private mutating func noteWalks(by functions: [Declaration.ID: Function.ID], in chunk: Chunk) {
        var uses: [Declaration.ID: Int] = [:]
        var lists: [Declaration.ID: Expression.ID] = [:]
        for index in chunk.expressions.indices {
            if let variable = Self.local(chunk.id(index), in: chunk) { uses[variable, default: 0] += 1 }
            if let walk = Self.walk(chunk.id(index), in: chunk), let name = Self.local(walk.function, in: chunk) {
                lists[name] = walk.list
            }
        }
        for (name, list) in lists where uses[name] == 1 {
            if let function = functions[name] { noteElement(of: list, function, in: chunk) }
        }
    }

    private mutating func noteElement(of list: Expression.ID, _ function: Function.ID, in chunk: Chunk) {
        guard let parameter = chunk[function].parameters.first, !chunk[parameter].isReassigned else { return }
        elements[parameter] = list
    }

    private static func local(_ id: Expression.ID, in chunk: Chunk) -> Declaration.ID? {
        guard case .name(let name) = chunk[id].kind, case .local(let variable) = name.target else { return nil }
        return variable
    }

    /// The arguments that the calls pass for a parameter; `nil` where its function may be called otherwise.
    func arguments(of parameter: Declaration.ID) -> [Expression.ID]? {
        guard let (function, place) = parameters[parameter], let calls = calls[function], !calls.isEmpty,
            calls.allSatisfy({ place < $0.count })
        else { return nil }
        return calls.map { $0[place] }
    }

    private mutating func noteCalls(of functions: [Declaration.ID: Function.ID], in chunk: Chunk) {
        var callees: Set<Expression.ID> = []
        for expression in chunk.expressions {
            guard case .call(let callee, let arguments) = expression.kind, case .name(let name) = chunk[callee].kind,
                case .local(let variable) = name.target, functions[variable] != nil
            else { continue }
            callees.insert(callee)
            calls[variable, default: []].append(arguments)
        }
        for index in chunk.expressions.indices where !callees.contains(chunk.id(index)) {
            guard case .name(let name) = chunk.expressions[index].kind, case .local(let variable) = name.target else {
                continue
            }
            calls[variable] = nil
        }
        for (name, function) in functions {
            for (place, parameter) in chunk[function].parameters.enumerated() where !chunk[parameter].isReassigned {
                parameters[parameter] = (name, place)
            }
        }
    }

    private static func request(of decide: Function.ID, in chunk: Chunk) -> Declaration.ID? {
        guard !chunk[decide].isMethod, let parameter = chunk[decide].parameters.first, !chunk[parameter].isReassigned
        else { return nil }
        return parameter
    }

    /// The function that is `decide` in the table that the file returns.
    private static func decide(of chunk: Chunk, _ functions: [Declaration.ID: Function.ID]) -> Function.ID? {
        guard case .return(let values)? = chunk.block.statements.last?.kind, values.count == 1 else { return nil }
        var found: [Function.ID?] = []
        var policy: Declaration.ID?

        func function(_ id: Expression.ID) -> Function.ID? {
            switch chunk[id].kind {
            case .function(let function): function
            case .name(let name): if case .local(let variable) = name.target { functions[variable] } else { nil }
            default: nil
            }
        }
        func look(into id: Expression.ID) {
            guard case .table(let fields) = chunk[id].kind else { return }
            for case .named(let name, let value) in fields where name.name == "decide" { found.append(function(value)) }
        }
        func isDecide(_ target: Expression.ID) -> Bool {
            guard case .member(let base, let member) = chunk[target].kind, member.name == "decide",
                case .name(let name) = chunk[base].kind, case .local(let variable) = name.target
            else { return false }
            return variable == policy
        }

        if case .name(let name) = chunk[values[0]].kind, case .local(let variable) = name.target {
            policy = chunk[variable].isReassigned ? nil : variable
        } else {
            look(into: values[0])
        }
        chunk.walk { node in
            guard case .statement(let statement) = node else { return true }
            switch statement.kind {
            case .local(let names, let values):
                for (name, value) in zip(names, values) where name == policy { look(into: value) }
            case .function(let target, let function) where isDecide(target): found.append(function)
            case .assign(let targets, let values):
                for (target, value) in zip(targets, values) where isDecide(target) { found.append(function(value)) }
            default: break
            }
            return true
        }
        return found.count == 1 ? found[0] : nil
    }
}
