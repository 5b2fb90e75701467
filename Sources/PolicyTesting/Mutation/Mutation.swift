internal import Model
package import Syntax

/// A small change of a policy's or a library's source, which some test should notice.
package struct Mutation: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case comparison
        case boundary
        case connective
        case operand
        case negation
        case constant
        case branch
        case condition
        case effectChanged = "effect_changed"
        case effectRemoved = "effect_removed"
        case detail
        case setting
        case declaration
        case policy

        /// The change in general, in words.
        package var title: String {
            switch self {
            case .comparison: "comparison flipped"
            case .boundary: "boundary moved"
            case .connective: "`and` and `or` swapped"
            case .operand: "side of `and` or `or` removed"
            case .negation: "`not` removed"
            case .constant: "constant exchanged"
            case .branch: "branch removed"
            case .condition: "condition removed"
            case .effectChanged: "effect changed"
            case .effectRemoved: "effect removed"
            case .detail: "detail of an effect removed"
            case .setting: "default of a setting changed"
            case .declaration: "declaration changed"
            case .policy: "policy removed"
            }
        }
    }

    package let kind: Kind
    /// The place that reports name: of the operator, the constant or the statement that changes.
    package let position: Position
    /// The change in words: `` `<` instead of `<=` ``.
    package let words: String
    /// The bytes of the source that change.
    package let range: Range<Int>
    package let replacement: [UInt8]
    /// The bytes of the code that the change is about: a test that does not reach it cannot notice.
    let scope: Range<Int>

    /// The source with the change.
    package func applied(to source: [UInt8]) -> [UInt8] {
        Array(source[..<range.lowerBound] + replacement + source[range.upperBound...])
    }
}
