internal import Decisions
internal import Engine
package import Model
package import Policies

/// Measures the time of decisions, on a directory and with made-up requests.
package struct DecisionBenchmark {
    /// Nanoseconds of many decisions, measured in small groups so that reading the clock does not count.
    package struct Times: Sendable {
        package let median: Double
        /// 99 in 100 take less.
        package let high: Double
    }

    /// Decisions of one number of policies.
    package struct Row: Sendable {
        package let policies: Int
        package let tree: Times
        package let lua: Times
        /// The number of evaluations after every request had been decided once.
        package let runs: Int
        /// The share of the decisions that had the answers of an earlier one, so that no tree was walked: in percent.
        package let remembered: Int
        /// The approximate size of the trees.
        package let bytes: Int
    }

    /// The cost of a policy's evaluation, the same on every machine.
    package struct Cost: Sendable {
        package let policy: ExactName
        /// The most instructions that one request took.
        package let fuel: Int
        /// The most bytes that one run allocated.
        package let bytes: Int
        package let facts: Int
    }

    private static let group = 16
    private let directory: Directory
    private let questions: [AuthorizationRequest]

    /// - Parameter lines: requests; lines that are not valid requests are left out.
    package init(directory: Directory, lines: [[UInt8]], now: Instant) {
        self.directory = directory
        questions = lines.compactMap { line in
            (try? JSONReader.parse(request: line)).flatMap { try? AuthorizationRequest(json: $0, now: now) }
        }
    }

    /// Decides prepared requests by trees and by running every policy.
    package func row(_ policies: PolicySet) throws -> Row {
        let tree = try Authorizer(policies: policies)
        var requests = try questions.compactMap { try tree.prepared($0, on: directory) }
        // Lets the trees learn the requests, and join policies that share facts.
        for _ in 0..<max(5, 1_000 / max(1, requests.count)) {
            for index in requests.indices { tree.decide(prepared: &requests[index]) }
        }
        let before = tree.runCount
        Self.decideAll(&requests, tree)
        let known = times(&requests) { tree.decide(prepared: &$0) }
        let runs = tree.runCount - before
        var remembered = 0
        for index in requests.indices where tree.isRemembered(deciding: &requests[index]) { remembered += 1 }
        let lua = try Authorizer(policies: policies, treeOptions: .none)
        var few = Array(requests.prefix(max(Self.group, min(requests.count, 4_000 / policies.policies.count))))
        return Row(
            policies: policies.policies.count, tree: known, lua: times(&few) { lua.decide(prepared: &$0) }, runs: runs,
            remembered: remembered * 100 / max(1, requests.count), bytes: tree.learned.bytes)
    }

    /// Nanoseconds from loaded policies to the decision on the first request.
    func first(_ policies: PolicySet) throws -> Int64 {
        guard let question = questions.first else { return 0 }
        let start = SteadyClock.nanoseconds()
        _ = try Authorizer(policies: policies).decide(question, on: directory)
        return SteadyClock.nanoseconds() - start
    }

    /// The decision on each request, true for a permit.
    func permits(_ policies: PolicySet) throws -> [Bool] {
        let authorizer = try Authorizer(policies: policies)
        return try questions.map { try authorizer.decide($0, on: directory).isPermitted }
    }

    /// Three enabled policies of a folder that are for `access` alone, repeated under other names up to the given
    /// count. Policies with settings are not repeated: each copy would have settings, and so facts, of its own.
    package static func source(_ source: PolicySource, count: Int) -> PolicySource? {
        guard let set = PolicySet.load(source).set else { return nil }
        let policies = set.policies.filter { $0.isEnabled && $0.shape.kinds == [.access] }.prefix(3)
        let repeated = policies.filter(\.settings.isEmpty)
        guard count <= policies.count || !repeated.isEmpty else { return nil }
        func file(_ policy: Policy, as name: ExactName) -> [PolicyFile] {
            source.files.filter { $0.name == "\(policy.id).lua" }.map { .init(name: "\(name).lua", bytes: $0.bytes) }
        }
        var files = source.files.filter { $0.name == PolicyFile.schema }
        for policy in policies.prefix(count) { files += file(policy, as: policy.id) }
        for number in 0..<max(0, count - policies.count) {
            let policy = repeated[number % repeated.count]
            files += file(policy, as: "\(policy.id)_\(number)")
        }
        return PolicySource(path: source.path, files: files, plugins: source.plugins)
    }

    /// The same directory with a ceiling on every token, which leaves all that its combination may do.
    /// - Returns: `nil` for a directory without tokens.
    package static func limited(_ directory: Directory) -> Directory? {
        guard !directory.tokens.isEmpty else { return nil }
        var organisation = Organisation(of: directory)
        for tenant in organisation.tenants.indices {
            guard let number = directory.tenant(organisation.tenants[tenant].id) else { continue }
            for token in organisation.tenants[tenant].tokens.indices {
                let id = organisation.tenants[tenant].tokens[token].assignment
                guard let assignment = directory.assignment(id, tenant: number).map({ directory.assignments[$0] })
                else {
                    continue
                }
                var ceiling = Ceiling()
                ceiling.permissions = assignment.permissions.isEmpty ? nil : assignment.permissions.patterns
                ceiling.departments = [directory.departments[assignment.department].id]
                organisation.tenants[tenant].tokens[token].ceiling = ceiling
            }
        }
        return try? Directory(organisation)
    }

    /// The highest costs of each policy over the requests.
    package func costs(_ policies: PolicySet) throws -> [Cost] {
        let authorizer = try Authorizer(policies: policies, treeOptions: .none)
        var costs: [ExactName: (fuel: Int, facts: Int)] = [:]
        for question in questions.prefix(2_000) {
            for trace in try authorizer.decide(question, on: directory, detail: .trace).traces {
                let known = costs[trace.policy] ?? (0, 0)
                costs[trace.policy] = (max(known.fuel, trace.fuel), max(known.facts, trace.facts.count))
            }
        }
        let bytes = authorizer.bytes
        return costs.sorted { $0.key < $1.key }.map {
            Cost(policy: $0.key, fuel: $0.value.fuel, bytes: bytes[$0.key] ?? 0, facts: $0.value.facts)
        }
    }

    private func times(_ requests: inout [ResolvedRequest], _ decide: (inout ResolvedRequest) -> Void) -> Times {
        var times: [Double] = []
        times.reserveCapacity(requests.count / Self.group * 3)
        for _ in 0..<3 {
            var index = 0
            while index + Self.group <= requests.count {
                let start = SteadyClock.nanoseconds()
                for place in index..<(index + Self.group) { decide(&requests[place]) }
                times.append(Double(SteadyClock.nanoseconds() - start) / Double(Self.group))
                index += Self.group
            }
        }
        times.sort()
        guard !times.isEmpty else { return Times(median: 0, high: 0) }
        return Times(median: times[times.count / 2], high: times[times.count * 99 / 100])
    }

    /// Decides every request once. A function of its own, for profilers that count the calls inside it.
    @inline(never) private static func decideAll(_ requests: inout [ResolvedRequest], _ authorizer: Authorizer) {
        for index in requests.indices { authorizer.decide(prepared: &requests[index]) }
    }
}
