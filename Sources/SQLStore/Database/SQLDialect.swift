/// The words in which databases differ. Everything else that `SQLTokenStore` says is common to SQLite and PostgreSQL.
package struct SQLDialect: Sendable {
    /// The part of a `FROM` clause that names the index to use; empty where the planner decides.
    package var indexedBy: @Sendable (_ index: String) -> String
    /// The part of a `FROM` clause that keeps the planner from using an index for it.
    package var unindexed: String
    /// The operator that tells two values apart, of which either may be null.
    package var isDifferent: String
    /// The function that gives the larger of two values.
    package var greatest: String
    /// A query for the elements of a parameter that is a JSON array of texts.
    package var elements: String
    /// The condition that a text contains a parameter.
    package var contains: @Sendable (_ text: String) -> String
    /// The index of the texts of tokens by their trigrams; `nil` where the database keeps it by itself.
    package var nameIndex: NameIndex?

    /// The statements of an index that finds tokens by parts of their names, descriptions and contacts.
    package struct NameIndex: Sendable {
        /// Adds a row: its number, its text.
        package var add: String
        /// Removes a row: its number, the text with which it was added.
        package var remove: String
        /// A query for the numbers of rows with a text that has all these trigrams.
        package var search: String

        package init(add: String, remove: String, search: String) {
            self.add = add
            self.remove = remove
            self.search = search
        }
    }

    package init(
        indexedBy: @escaping @Sendable (_ index: String) -> String, unindexed: String, isDifferent: String,
        greatest: String, elements: String, contains: @escaping @Sendable (_ text: String) -> String,
        nameIndex: NameIndex?
    ) {
        self.indexedBy = indexedBy
        self.unindexed = unindexed
        self.isDifferent = isDifferent
        self.greatest = greatest
        self.elements = elements
        self.contains = contains
        self.nameIndex = nameIndex
    }
}
