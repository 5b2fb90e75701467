internal import Lua
internal import Model
internal import Policies

/// The events that instrumented policies report while they run, in order.
///
/// For one thread, like the evaluator that writes it.
package final class CoverageLog {
    /// One event of the instrumentation.
    package struct Event {
        package enum Kind: Sendable {
            case reached, no, yes, left, right
        }

        /// The library of the site, by its number in the set; `nil` for the policy's own file.
        package let library: Int?
        /// The number of the site in its file.
        package let site: Int
        package let kind: Kind
        /// The number of facts that the policy had read by then.
        package let facts: Int
        /// The value on one side of an order comparison, when it can be measured.
        package let measure: OrderedValue?
    }

    /// The events of one policy in one evaluation.
    package struct PolicyRun {
        /// Its number in the set.
        package let policy: Int
        package let events: Range<Int>
    }

    package private(set) var events: [Event] = []
    package private(set) var runs: [PolicyRun] = []
    private var current: (policy: Int, start: Int)?
    /// True while policies run, false while they load.
    private(set) var isOpen = false

    /// The most events kept of one policy in one evaluation; more would show nothing new.
    package static let most = 200_000

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

    /// Begins a policy, and ends the one before.
    func begin(_ policy: Int) {
        end()
        if isOpen { current = (policy, events.count) }
    }

    private func end() {
        guard let (policy, start) = current else { return }
        runs.append(PolicyRun(policy: policy, events: start..<events.count))
        current = nil
    }

    /// Records an event of the current policy.
    /// - Parameter measure: called only when its result is kept.
    func note(_ arguments: LuaArguments, facts: Int, measure: (LuaValue) -> OrderedValue?) {
        // Events of a policy while it loads are not part of an evaluation.
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
        let place = PolicyInstrumentation.place(of: Int(site))
        events.append(Event(library: place.library, site: place.site, kind: kind, facts: facts, measure: size))
    }
}
