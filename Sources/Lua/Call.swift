/// One call of a chunk's function, with the handle that is its argument.
package struct Call: Sendable, BitwiseCopyable {
    let chunk: Int32
    let argument: UInt32

    package init(_ chunk: Int, argument: UInt32) {
        self.chunk = Int32(chunk)
        self.argument = argument
    }
}
