internal import CommandLine
internal import Lua

extension Progress {
    /// The progress of a task that a flag stops, such as that of `^C`.
    convenience init(_ noun: String, _ terminal: Terminal, stoppedBy interrupt: Interrupt) {
        self.init(noun, terminal, mustStop: { interrupt.isRaised })
    }
}
