package import Model

/// Changes of records, in words.
enum RecordWords {
    /// The record by its path, its name, the field, and its content before and after.
    static func cells(_ change: RecordChange) -> [String] {
        let path = [change.tenant, change.list, change.list.isEmpty ? "" : change.id].filter { !$0.isEmpty }
        return [
            path.joined(separator: "/"), change.name.text, change.field.text, words(change.before), words(change.after),
        ]
    }

    private static func words(_ json: JSON?) -> String {
        switch json {
        case nil, .null?: "-"
        case .string(let text)?: text.isEmpty ? "-" : text
        case .array(let items)?: items.isEmpty ? "-" : items.map(words).joined(separator: ", ")
        case let other?: other.compact
        }
    }
}

extension Listing {
    /// Changes of records, one a row.
    package init(records: [RecordChange]) {
        self.init(.recordChanges)
        for change in records {
            add(
                RecordWords.cells(change),
                [
                    .init("tenant", .string(change.tenant)), .init("list", .string(change.list)),
                    .init("id", .string(change.id)), .init("name", .string(change.name)),
                    .init("field", .string(change.field)), .init("before", change.before ?? .null),
                    .init("after", change.after ?? .null),
                ])
        }
    }
}
