internal import CLua

/// An external flag that ends evaluations as if their deadline had passed.
@safe package struct Interrupt: @unchecked Sendable {
    // Read with atomic loads, never written from here; the caller of `init` guarantees that the flag is never freed.
    let flag: UnsafePointer<Int32>

    /// - Parameter flag: not 0 once it is raised, by another thread or a signal; must live as long as the process.
    package init(_ flag: UnsafePointer<Int32>) {
        unsafe self.flag = flag
    }

    package var isRaised: Bool { unsafe clua_is_raised(flag) }
}
