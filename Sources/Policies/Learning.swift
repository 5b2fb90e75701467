/// How an evaluator comes to what policies say.
package struct Learning: Sendable {
    /// About how many bytes trees may take; 0 runs every policy for every request.
    package var bytes: Int
    /// Whether nothing at all is remembered, each question is asked in full, and each property is asked for before it is
    /// read: what others are held to.
    package private(set) var isReference = false

    package init(bytes: Int = 64 << 20) {
        self.bytes = bytes
    }

    package static let none = Learning(bytes: 0)

    /// The slowest way there is, which shares nothing with the others.
    package static let reference = {
        var learning = Learning.none
        learning.isReference = true
        return learning
    }()
}
