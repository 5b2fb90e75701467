/// How an evaluator comes to what policies say.
package struct Learning: Sendable {
    /// About how many bytes trees may take; 0 runs every policy for every request.
    package var bytes: Int
    /// One request in so many is answered both ways and compared; 0 for none.
    package var shadow: Int

    package init(bytes: Int = 64 << 20, shadow: Int = 0) {
        self.bytes = bytes
        self.shadow = shadow
    }

    package static let none = Learning(bytes: 0)
}
