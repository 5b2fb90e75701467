/// How an evaluator comes to what policies say.
package struct TreeOptions: Sendable {
    /// About how many bytes trees may take; 0 runs every policy for every request.
    package var bytes: Int
    /// Whether each question is asked in full, and each property is asked for before it is read; the oracle decides so, and
    /// makes everything else anew.
    package private(set) var isReference = false

    package init(bytes: Int = 64 << 20) {
        self.bytes = bytes
    }

    package static let none = TreeOptions(bytes: 0)

    /// The slowest way there is, which shares nothing with the others.
    package static let reference = {
        var treeOptions = TreeOptions.none
        treeOptions.isReference = true
        return treeOptions
    }()
}
