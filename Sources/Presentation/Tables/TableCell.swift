package import Model

/// The content of a table's cell, in a form for terminals and a whole one for files and other programs.
package struct TableCell: Sendable {
    let shown: String
    let whole: String

    /// - Parameter whole: the content where nothing is shortened; the same by default.
    package init(_ shown: String, whole: String? = nil) {
        self.shown = shown
        self.whole = whole ?? shown
    }

    package init(_ name: ExactName) { self.init(name.text) }

    /// An id by its first digits.
    /// - Parameter digits: the number of digits that tell it apart from others.
    package static func id(_ id: TokenID, digits: Int) -> TableCell {
        TableCell(id.prefix(digits), whole: id.description)
    }

    /// A time of a column in one zone, which is named below the table on a terminal.
    package static func time(_ instant: Instant, in zone: Zone) -> TableCell {
        TableCell(LocalTime.minute(instant, in: zone), whole: LocalTime.stated(instant, in: zone))
    }

    /// A token by its name or, without one, by its id.
    package static func token(_ name: ExactName, _ id: TokenID, digits: Int) -> TableCell {
        name.isEmpty ? .id(id, digits: digits) : TableCell(name)
    }
}
