package import Model

/// A value of a column, or of a parameter of a statement.
package enum SQLParameter: Equatable, Sendable {
    case null
    case text(String)
    case integer(Int64)
    case token(TokenID)
    case blob([UInt8])

    package static func text(_ name: ExactName) -> Self { .text(name.text) }
    package static func optional(_ name: ExactName?) -> Self { name.map { .text($0) } ?? .null }
    package static func optional(_ text: String?) -> Self { text.map { .text($0) } ?? .null }
    package static func optional(_ number: Int?) -> Self { number.map { .integer(Int64($0)) } ?? .null }
    package static func optional(_ blob: [UInt8]?) -> Self { blob.map { .blob($0) } ?? .null }
    package static func optional(_ instant: Instant?) -> Self { instant.map { .integer($0.microseconds) } ?? .null }
    package static func optional(_ id: TokenID?) -> Self { id.map { .token($0) } ?? .null }
    package static func flag(_ flag: Bool) -> Self { .integer(flag ? 1 : 0) }
}
