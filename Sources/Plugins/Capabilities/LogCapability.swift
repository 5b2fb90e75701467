internal import Model
internal import Policies

extension Capabilities {
    /// The log that a plugin's sinks write to. It has no functions, so nothing can use it during a decision.
    static let log = capability(
        "log",
        "Sinks of decisions: a file that is rotated, or the system's log. They act after a decision, never inside one.",
        [])
}
