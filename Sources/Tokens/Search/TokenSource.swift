package import Model

/// A query together with the predicate for the tokens of its tenant that the reader may see.
package struct TokenSource {
    package let query: TokenQuery
    /// Called for one token after another, in the order of the list.
    package let isVisible: (TokenRecord) -> Bool

    package init(_ query: TokenQuery, where isVisible: @escaping (TokenRecord) -> Bool) {
        self.query = query
        self.isVisible = isVisible
    }
}
