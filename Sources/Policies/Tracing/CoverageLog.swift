internal import Lua
internal import Model

/// What the probes of policies tell while these are run, in order.
///
/// For one thread, like the evaluator that writes it.
package final class CoverageLog {
    /// One thing that a probe told.
    package struct Event {
        package enum Kind: Sendable {
            case reached, no, yes, left, right
        }

        /// The number of the site in its policy.
        package let site: Int
        package let kind: Kind
        /// How many facts the policy had read by then.
        package let facts: Int
        /// What stands on a side of an order, when it can be measured.
        package let measure: OrderedValue?
    }

    /// What one policy told in one evaluation.
    package struct PolicyRun {
        /// Its number in the set.
        package let policy: Int
        package let events: Range<Int>
    }

    package private(set) var events: [Event] = []
    package private(set) var runs: [PolicyRun] = []
    private var current: (policy: Int, start: Int)?
    /// Whether policies are run, and not loaded.
    private(set) var isOpen = false

    /// More than these in one evaluation say nothing new.
    private static let most = 200_000

    /// Forgets everything.
    func clear() {
        events.removeAll(keepingCapacity: true)
        runs.removeAll(keepingCapacity: true)
        current = nil
    }

    func open() { isOpen = true }

    func close() {
        end()
        isOpen = false
    }

    /// A policy begins, and the one before has ended.
    func begin(_ policy: Int) {
        end()
        if isOpen { current = (policy, events.count) }
    }

    private func end() {
        guard let (policy, start) = current else { return }
        runs.append(PolicyRun(policy: policy, events: start..<events.count))
        current = nil
    }

    /// - Parameter measure: asked for only where it is kept.
    func note(_ arguments: LuaArguments, facts: Int, measure: (LuaValue) -> OrderedValue?) {
        // What a policy does while it is loaded is no part of an evaluation.
        guard let current, events.count - current.start < Self.most, case .integer(let site) = arguments[0] else {
            return
        }
        let kind: Event.Kind
        var size: OrderedValue?
        switch arguments[1] {
        case .boolean(let holds): kind = holds ? .yes : .no
        case .integer(let side):
            kind = side == 1 ? .left : .right
            size = measure(arguments[2])
        default: kind = .reached
        }
        events.append(Event(site: Int(site), kind: kind, facts: facts, measure: size))
    }
}
