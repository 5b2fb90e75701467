internal import CLua

/// A flag outside that ends evaluations as if their deadline had passed.
@safe package struct Interrupt: @unchecked Sendable {
    // Read with atomic loads, never written from here; whoever makes one says that it stays for good.
    let flag: UnsafePointer<Int32>

    /// - Parameter flag: not 0 once it is raised; set by another thread or a signal, and there as long as the process is.
    package init(_ flag: UnsafePointer<Int32>) {
        unsafe self.flag = flag
    }

    package var isRaised: Bool { unsafe clua_is_raised(flag) }
}
