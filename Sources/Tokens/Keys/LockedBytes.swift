internal import CSodium

/// Memory for secrets: kept out of swap where the system allows it, between guard pages, wiped when freed.
///
/// It is written once, in `init`, and only read from then on.
@safe final class LockedBytes: @unchecked Sendable {
    // `@unchecked Sendable`: nothing writes after `init`.
    private let start: UnsafeMutableRawPointer
    let count: Int

    /// - Parameter fill: writes the content.
    init(count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        precondition(Sodium.isReady, "libsodium cannot be initialised")
        guard let memory = unsafe sodium_malloc(count) else { fatalError("no memory for keys") }
        unsafe start = memory
        self.count = count
        unsafe fill(UnsafeMutableRawBufferPointer(start: start, count: count))
        unsafe sodium_mprotect_readonly(start)
    }

    deinit { unsafe sodium_free(start) }

    func read<Result, Failure>(
        _ body: (UnsafePointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafePointer(start.assumingMemoryBound(to: UInt8.self)))
    }
}
