/// The counts of an import's records.
package struct MergeSummary: Equatable, Sendable {
    package var added = 0
    package var changed = 0
    package var unchanged = 0
    /// The numbers of tokens that were revoked and suspended because their assignments lost their validity.
    package var revoked = 0
    package var suspended = 0
    /// The remarks for somebody who did not write the file.
    package var review = ImportReview()

    package init(added: Int = 0, changed: Int = 0, unchanged: Int = 0, revoked: Int = 0, suspended: Int = 0) {
        self.added = added
        self.changed = changed
        self.unchanged = unchanged
        self.revoked = revoked
        self.suspended = suspended
    }
}
