internal import Model
internal import Policies
internal import Syntax

/// A policy or a library whose source is changed.
struct MutationUnit {
    /// The policy's id, or the library's name.
    let name: ExactName
    let mutants: [Mutant]
    private let instrumentation: PolicyInstrumentation?
    /// True when the source catches errors: a condition that raises one is evaluated, and reports nothing.
    private let catchesErrors: Bool

    /// The coverage sites that a test has to reach for the mutant to make a difference; empty for code outside of
    /// functions.
    func sites(around mutant: Mutant) -> [Int] {
        instrumentation?.sites(around: mutant.mutation, statementsOnly: catchesErrors) ?? []
    }

    /// The selected policies and libraries of a folder that loads, in the order of their files' names.
    static func units(of source: PolicySource, _ selection: PolicyTests.MutationSelection) -> [MutationUnit] {
        let (result, policies, libraries) = PolicySet.read(source)
        let instrumented = PolicySet.load(source.withoutTests(only: nil), isInstrumented: true).set
        guard let set = result.set else { return [] }
        let overridden = source.overriddenSettings
        let own = policies.filter { selection.isSelected($0.file.name) }.map { policy in
            let id = policy.file.name.withoutExtension
            return MutationUnit(
                id, policy.file, "\(source.path)/\(policy.file.name)", policy.chunk, policy.inference,
                policy.declaration, overridden[id] ?? [], set.schema,
                instrumented?.policies.first { $0.id == id }?.instrumentation, selection)
        }
        let shared = libraries.filter { selection.isSelected($0.file.name) }.map { library in
            MutationUnit(
                library.name, library.file, library.path, library.chunk, library.inference, nil, [], set.schema,
                instrumented?.libraries[library.name]?.instrumentation, selection)
        }
        return own + shared
    }

    private init(
        _ name: ExactName, _ file: PolicyFile, _ path: String, _ chunk: Chunk?, _ inference: TypeInference?,
        _ declaration: PolicyDeclaration?, _ overridden: Set<ExactName>, _ schema: Schema,
        _ instrumentation: PolicyInstrumentation?, _ selection: PolicyTests.MutationSelection
    ) {
        (self.name, self.instrumentation) = (name, instrumentation)
        guard let chunk else {
            (mutants, catchesErrors) = ([], false)
            return
        }
        catchesErrors = chunk.globals.contains { ["pcall", "xpcall"].contains($0.name) }
        var finder = MutationFinder(
            chunk, inference, schema: schema, declaration: declaration, overridden: overridden)
        var mutations = finder.mutations()
        if let lines = selection.lines {
            let own = lines[file.name] ?? []
            mutations.removeAll { mutation in
                let range = mutation.range
                let start = chunk.source[range].firstIndex { !" \t\r\n".utf8.contains($0) } ?? range.lowerBound
                let first = chunk.position(at: start).line
                let last = chunk.position(at: max(start, range.upperBound - 1)).line
                return own.isDisjoint(with: first...last)
            }
        }
        // A policy whose code has not changed is not removed.
        if declaration != nil, selection.lines == nil || !mutations.isEmpty {
            let end = chunk.source.count
            mutations.insert(
                Mutation(
                    kind: .policy, position: Position(line: 1, column: 1, offset: 0), words: "without this policy",
                    range: 0..<end, replacement: [], scope: 0..<end), at: 0)
        }
        mutants = mutations.map { Mutant(file: file.name, path: path, unit: name, mutation: $0) }
    }
}

extension PolicyTests.MutationSelection {
    fileprivate func isSelected(_ file: ExactName) -> Bool { files?.contains(file) ?? true }
}

extension PolicySource {
    /// By policy, the settings that the file of settings sets for all tenants: their defaults are never in force.
    fileprivate var overriddenSettings: [ExactName: Set<ExactName>] {
        guard let file = files.first(where: { $0.name == PolicyFile.settings }),
            case .object(let policies)? = try? JSONReader.parse(file.bytes)
        else { return [:] }
        var overridden: [ExactName: Set<ExactName>] = [:]
        for policy in policies {
            guard case .object(let values)? = policy.value["all"] else { continue }
            overridden[policy.key] = Set(values.map(\.key))
        }
        return overridden
    }
}
