internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// A fact of requests that samples do not vary.
package enum UnstatedFact: Hashable, Sendable {
    case resourceID
    case time
}

/// Decides sample requests for many tokens, on one side of a diff, once per equivalence class.
final class BulkEvaluator {
    /// One sample, in one department or in none.
    private final class Form {
        /// The request, resolved for any token; `nil` where the sample makes no request here.
        var request: ResolvedRequest?
        /// The department's number; -1 for none.
        let department: Int

        init(_ request: ResolvedRequest?, _ department: Int) { (self.request, self.department) = (request, department) }
    }

    private let authorizer: Authorizer
    private let directory: Directory
    private let tenant: Int?
    private let now: Instant
    private let samples: [DecisionDiff.SampleRequest]
    /// By department, then by sample. Index 0 means no department; a department's index is its number plus 1.
    private var forms: [[Form?]]
    private var classes: EquivalenceClasses
    /// The decisions of all samples together, for the tokens that share every one of them.
    private var whole = ClassCache<[DecisionSummary?]>()
    /// The decisions of each sample, by sample.
    private var single: [ClassCache<DecisionSummary>]
    /// The tokens to which a decision applies, by path through the trees.
    private var equivalences: [[UInt32]: (equivalence: TokenEquivalence, said: [String])] = [:]
    private var generation: Int
    /// True when obligations and advice are told, too.
    private let tellsAll: Bool
    /// The number of decisions that were made.
    private(set) var count = 0
    /// The facts that policies read, of which the samples have one value, or none.
    private(set) var reads: Set<UnstatedFact> = []

    init(
        _ authorizer: Authorizer, _ directory: Directory, _ tenant: ExactName, _ samples: [DecisionDiff.SampleRequest],
        _ now: Instant, tellsAll: Bool = false
    ) {
        self.tellsAll = tellsAll
        self.authorizer = authorizer
        self.directory = directory
        self.tenant = directory.tenant(tenant)
        self.samples = samples
        self.now = now
        forms = Array(repeating: Array(repeating: nil, count: samples.count), count: directory.departments.count + 1)
        classes = EquivalenceClasses(directory)
        single = samples.map { _ in ClassCache() }
        generation = authorizer.generation
    }

    /// The decisions for a token, by sample; `nil` where a sample makes no request.
    /// - Parameter own: the id of the department that is the token's own.
    func summaries(_ token: Int, in own: ExactName) -> [DecisionSummary?] {
        let record = directory.tokens[token]
        let place = number(own)
        if let code = ActorValidity.fault(record, in: directory, now: now) {
            let fault = DecisionSummary(isPermitted: false, code: code)
            return samples.indices.map { form($0, place, token)?.request == nil ? nil : fault }
        }
        // The token sits in another department here than on the other side, so what is known of its class does not
        // apply.
        guard place == directory.assignments[record.assignment].department else {
            return samples.indices.map { sample in
                form(sample, place, token).flatMap { summary(token, sample, $0)?.summary }
            }
        }
        let equivalenceClass = classes.number(record.assignment, record.kind)
        if let known = whole.value(record, equivalenceClass: equivalenceClass) { return known }
        var summaries: [DecisionSummary?] = []
        var equivalence = TokenEquivalence.equivalenceClass
        for sample in samples.indices {
            if let known = single[sample].value(record, equivalenceClass: equivalenceClass) {
                summaries.append(known)
                // The cached decision applies to the tokens of the assignment at least.
                equivalence = min(equivalence, .assignment)
                continue
            }
            guard let form = form(sample, place, token), let found = summary(token, sample, form) else {
                summaries.append(nil)
                continue
            }
            summaries.append(found.summary)
            equivalence = min(equivalence, found.equivalence)
            let shared = min(found.equivalence, .equivalenceClass)
            single[sample].note(found.summary, for: record, equivalenceClass: equivalenceClass, shared)
        }
        whole.note(summaries, for: record, equivalenceClass: equivalenceClass, equivalence)
        return summaries
    }

    /// Tokens with the same decisions on all samples.
    enum Sharing: Hashable {
        /// They are denied with this code before any policy.
        case fault(String)
        case equivalenceClass(Int)
        /// Of one assignment and one kind.
        case assignment(Int)
        /// They are not in this directory.
        case absent
    }

    /// The tokens of a department that have the same decisions as a token, as far as they are known by now; `nil` where the token has to be
    /// decided for.
    func sharing(_ token: Int, in own: ExactName) -> Sharing? {
        let record = directory.tokens[token]
        if let code = ActorValidity.fault(record, in: directory, now: now) { return .fault(code) }
        guard number(own) == directory.assignments[record.assignment].department else { return nil }
        return whole.sharing(record, equivalenceClass: classes.number(record.assignment, record.kind))
    }

    /// The decision for a valid token, and the tokens to which it also applies.
    private func summary(_ token: Int, _ sample: Int, _ form: Form) -> (
        summary: DecisionSummary, equivalence: TokenEquivalence
    )? {
        guard form.request != nil else { return nil }
        count += 1
        form.request!.set(.token, .listed(token))
        let (summary, path) = authorizer.tracedSummary(&form.request!, obligations: .all)
        guard summary.isOfPolicies else { return (summary, .none) }
        if authorizer.generation != generation { (equivalences, generation) = ([:], authorizer.generation) }
        if let path, let known = equivalences[path] { return (telling(summary, known.said), known.equivalence) }
        let traced = try? authorizer.examine(question(sample, form.department, token), on: directory)
        for fact in traced?.facts.flatMap(\.parts) ?? [] {
            switch fact.operation {
            case .attribute(.recordID), .has("id"): reads.insert(.resourceID)
            default: if fact.dependsOnTime { reads.insert(.time) }
            }
        }
        let equivalence = traced?.equivalence ?? .none
        let said = tellsAll ? traced?.decision.said ?? [] : []
        if let path { equivalences[path] = (equivalence, said) }
        return (telling(summary, said), equivalence)
    }

    private func telling(_ summary: DecisionSummary, _ said: [String]) -> DecisionSummary {
        said.isEmpty ? summary : DecisionSummary(isPermitted: summary.isPermitted, code: summary.code, said: said)
    }

    /// The number of a department; -1 when no department has that id.
    private func number(_ id: ExactName) -> Int { tenant.flatMap { directory.department(id, tenant: $0) } ?? -1 }

    /// - Parameter own: the number of the token's department; -1 where it does not exist.
    private func form(_ sample: Int, _ own: Int, _ token: Int) -> Form? {
        let place: Int
        switch samples[sample].place {
        case .nowhere: place = 0
        case .own: place = own + 1
        case .department(let id): place = number(id) + 1
        }
        if place == 0, samples[sample].place != .nowhere { return nil }
        if let known = forms[place][sample] { return known }
        let form = Form(try? authorizer.request(question(sample, place - 1, token), on: directory), place - 1)
        forms[place][sample] = form
        return form
    }

    /// - Parameter department: its number; -1 for none.
    private func question(_ sample: Int, _ department: Int, _ token: Int) -> AuthorizationRequest {
        samples[sample].question(
            department: department < 0 ? nil : directory.departments[department].id, directory.tokens[token].id, now)
    }
}

extension DecisionDiff.SampleRequest {
    /// The request of a token.
    /// - Parameter department: the id of the resource's department; `nil` for none.
    func question(department: ExactName?, _ token: TokenID, _ now: Instant) -> AuthorizationRequest {
        let properties = department.map { JSON.object([.init("department", .string($0))]) } ?? .object([])
        var question = AuthorizationRequest(
            action: action, subject: .token(token.description),
            resource: resource.map { .init(type: $0, id: id, properties: properties) }, now: now, obligations: .all)
        for case .property(let property, let value) in stated { question.set(property, to: value?.json) }
        return question
    }
}

extension Decision {
    /// The obligations, the advice and the code of a policy, sorted, without their wording.
    fileprivate var said: [String] {
        let statements = (obligations + advice).map { statement in
            let name = statement.effect == .oblige ? "oblige \(statement.text)" : "advise"
            return "\(name) by \(statement.policy) (\(statement.details.map(\.key).joined(separator: ", ")))"
        }
        return (statements + (policyCode.map { ["code \($0)"] } ?? [])).sorted()
    }
}
