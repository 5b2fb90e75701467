/// The forms of a report about changed decisions.
package enum ImpactFormat: String, CaseIterable, Sendable {
    case text
    case json
    /// For a comment on a merge request.
    case markdown
}
