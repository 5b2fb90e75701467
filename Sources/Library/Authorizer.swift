internal import Decisions
internal import Policies

/// The component that decides, on threads of its own. Any number of threads may ask it.
///
/// Each of its threads has an interpreter, and learns decision trees from the policies it runs. Handing a request to a
/// thread and back takes some microseconds, much longer than most decisions, so ask for many at once where there are
/// many.
public final class Authorizer: Sendable {
    private let pool: DecisionPool<Decisions.Authorizer>

    /// The most threads of one authorizer.
    public static let mostThreads = 256

    /// - Parameters:
    ///   - threads: the number of requests that are decided side by side: 1 to `mostThreads`.
    ///   - limits: the limits of one evaluation of one policy.
    /// - Throws: `.resources` when there is not enough memory for the interpreters, or not a thread for each, and for
    ///   any other number of threads.
    public init(_ snapshot: Snapshot, threads: Int = 1, limits: Limits = Limits()) throws(DemiluneError) {
        guard (1...Self.mostThreads).contains(threads) else {
            throw DemiluneError(.resources, "an authorizer has 1 to \(Self.mostThreads) threads, not \(threads)")
        }
        let budget = limits.budget
        do throws(PolicyError) {
            pool = try DecisionPool(workers: threads, on: snapshot.content) { policies throws(PolicyError) in
                try Decisions.Authorizer(policies: policies, budget: budget)
            }
        } catch { throw DemiluneError(error) }
    }

    /// The snapshot that the next request is decided on.
    public var snapshot: Snapshot { Snapshot(pool.snapshot) }

    /// Replaces the snapshot, policies included, at one moment. Requests that are decided right now are finished on the
    /// old one; every request that is handed over afterwards is decided on the new one. Where only tokens, users or
    /// departments changed, nothing that was learned is forgotten.
    /// - Throws: `.resources` when there is not enough memory for interpreters with other policies. The old snapshot
    ///   stays in use then.
    public func use(_ snapshot: Snapshot) throws(DemiluneError) {
        do throws(PolicyError) { try pool.use(snapshot.content) } catch { throw DemiluneError(error) }
    }

    /// Decides a request, and waits for the decision. Any deny wins, a policy that fails denies, and what no policy
    /// permits is denied. So is a token whose ceiling limits its uses, `use_not_counted`: they are not counted here.
    /// - Parameter traced: true to record every fact that the policies read, which takes several times as long.
    /// - Throws: `.request` for a request that does not fit the schema. It is no decision, and must permit nothing.
    public func decide(_ request: AuthorizationRequest, traced: Bool = false) throws(DemiluneError) -> Decision {
        try pool.perform { authorizer, snapshot in authorizer.decide(request, on: snapshot, traced) }.get()
    }

    /// Decides many requests side by side, and waits for the decisions. Where `use` is called meanwhile, some may be
    /// decided on the snapshot before and some on the one after; each decision names the version of its policies.
    /// - Returns: the decisions in the order of the requests; a failure is `.request`, as above.
    public func decide(_ requests: [AuthorizationRequest], traced: Bool = false) -> [Result<Decision, DemiluneError>] {
        guard !requests.isEmpty else { return [] }
        let size = (requests.count + pool.count - 1) / pool.count
        let parts = stride(from: 0, to: requests.count, by: size).map { start in
            requests[start..<min(start + size, requests.count)]
        }
        let pending = parts.map { part in
            pool.start { authorizer, snapshot in
                part.map { authorizer.decide($0, on: snapshot, traced) }
            }
        }
        return pending.flatMap { $0.result() }
    }
}

extension Decisions.Authorizer {
    /// Decides on a snapshot whose policies these are.
    fileprivate func decide(
        _ request: AuthorizationRequest, on snapshot: Decisions.Snapshot, _ traced: Bool
    ) -> Result<Decision, DemiluneError> {
        do throws(RequestError) {
            let decision = try decideUncounted(
                request.question(on: snapshot), on: snapshot.directory, detail: traced ? .trace : .statements)
            return .success(Decision(decision))
        } catch { return .failure(DemiluneError(error)) }
    }
}
