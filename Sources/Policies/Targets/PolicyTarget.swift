package import Model

/// The requests that a policy is about, as far as its source shows: with every other one it says nothing, and does not
/// fail.
///
/// As the target of XACML 3.0 (section 7.7), it compares values of the request with constants; but nobody declares it, it
/// follows from the conditions of the policy.
package struct PolicyTarget: Sendable {
    /// A value of the request, by the names that lead to it: `subject`, `role`.
    package struct Path: Hashable, Sendable {
        package let names: [ExactName]
        /// Paths are looked up far more often than they are made.
        private let hash: Int

        init(_ names: [ExactName]) {
            self.names = names
            hash = names.hashValue
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(hash) }

        /// True when another path leads to one of its owners, or to itself.
        func starts(with other: Path) -> Bool { names.starts(with: other.names) }
    }

    /// A value of the request that is a string, and that alone rules the policy out.
    package struct Condition: Sendable {
        package let path: Path
        /// The strings with which the policy may say something, sorted. With every other one it says nothing.
        package let texts: [ExactName]
        /// The other values that must be present for that: the policy fails where one that it reads is absent.
        package let needed: [Path]
    }

    /// At least one, each of a path of its own.
    package let conditions: [Condition]
    /// At least the fuel that the policy takes until it has said nothing.
    package let fuel: Int
}
