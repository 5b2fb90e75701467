package import Model

/// A token of a list, and its place in the order.
package struct ListedToken: Sendable {
    package let record: TokenRecord
    package let place: Cursor

    package init(record: TokenRecord, place: Cursor) {
        self.record = record
        self.place = place
    }
}
