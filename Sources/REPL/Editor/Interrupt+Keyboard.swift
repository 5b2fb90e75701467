internal import CEditline
internal import Lua

extension Interrupt {
    /// The flag that `^C` on the terminal sets, once an editor is open.
    static let keyboard = unsafe Interrupt(UnsafePointer(ceditline_interrupt()))
}
