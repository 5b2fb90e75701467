internal import Model
internal import Policies

/// The constants of expressions as packed values, a string as its range in `texts`; absent for a constant that does
/// not fit.
struct PackedConstants {
    private(set) var values: [PackedValue] = []
    private(set) var texts: [UInt8] = []

    /// Packs the constants that were formed since the last time.
    ///
    /// INVARIANT: the array of `expressions` is read in parts and never shared: a shared array would be copied whole
    /// for every constant formed later.
    mutating func take(from expressions: Expressions) {
        while values.count < expressions.constants.count {
            let constant = expressions.constants[values.count]
            guard case .string(let text) = constant else {
                values.append(PackedValue(constant: constant) ?? .absent)
                continue
            }
            values.append(PackedValue(.text, bits: UInt64(texts.count) << 32 | UInt64(text.utf8.count)))
            texts.append(contentsOf: text.utf8)
        }
    }
}
