/// A count with its noun: `1 token`, `2 tokens`, `2 entries`.
/// - Parameter plural: the noun of every count but 1; the singular with an `s` by default.
package func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? singular : plural ?? singular + "s")"
}
