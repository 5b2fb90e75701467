internal import Model
internal import Policies

extension Capabilities {
    /// Where a plugin's sinks write. It has no function: nothing can ask it while something is decided.
    static let log = capability(
        "log",
        "Sinks of decisions: a file that is rotated, or the system's log. They act after a decision, never inside one.",
        [])
}
