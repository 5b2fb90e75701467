package import Model

/// One value of a request in sixteen bytes; what does not fit lies beside it, and the cell says where.
package struct PackedValue: Equatable, Sendable, BitwiseCopyable {
    package enum Kind: UInt8, Sendable, BitwiseCopyable {
        case absent
        case integer
        case number
        case instant
        /// Days since 1970-01-01.
        case date
        case ip4
        /// The number of an address beside.
        case ip6
        /// Where in the text beside it begins, and in the low 32 bits how long it is.
        case text
        /// The number of a list beside.
        case list
        /// A token that its directory does not list.
        case unlisted
        // From here on, what has a number: two cells of one kind and number stand for the same.
        case boolean
        case department
        case user
        case userType
        case assignment
        case `operator`
        case token
        case tokenKind
        case action
        case point
        case tenant
        case recordType
        /// The number of a point in time, counted by whoever asks.
        case moment
    }

    package let bits: UInt64
    package let kind: Kind
    /// Kind and number in one, where it is nothing or something with a number: then this is all there is to it. Else
    /// `uncoded`.
    package let code: UInt32

    package static var uncoded: UInt32 { .max }

    @inline(__always) package init(_ kind: Kind, bits: UInt64) {
        self.bits = bits
        self.kind = kind
        let isCoded = (kind == .absent || kind.rawValue >= Kind.boolean.rawValue) && bits >> 27 == 0
        code = isCoded ? UInt32(truncatingIfNeeded: bits) | UInt32(kind.rawValue) << 27 : Self.uncoded
    }

    @inline(__always) package init(_ kind: Kind, _ number: Int) {
        self.init(kind, bits: UInt64(bitPattern: Int64(number)))
    }

    package static var absent: PackedValue { PackedValue(.absent, bits: 0) }

    package var number: Int { Int(truncatingIfNeeded: bits) }

    /// Where a text lies among those beside.
    package var text: Range<Int> { Int(bits >> 32)..<(Int(bits >> 32) + textLength) }
    package var textLength: Int { Int(bits & 0xFFFF_FFFF) }

    /// A boolean, or nothing else.
    package var boolean: Bool? { kind == .boolean ? bits != 0 : nil }
}

extension PackedValue {
    /// A constant that fits a cell; `nil` for texts, lists and what else lies beside.
    package init?(constant value: Value) {
        switch value {
        case .absent: self = .absent
        case .boolean(let value): self.init(.boolean, bits: value ? 1 : 0)
        case .integer(let value): self.init(.integer, bits: UInt64(bitPattern: value))
        case .number(let value): self.init(.number, bits: value.bitPattern)
        case .instant(let value): self.init(.instant, bits: UInt64(bitPattern: value.microseconds))
        case .date(let value): self.init(.date, bits: UInt64(bitPattern: value.daysSinceEpoch))
        case .department(let value): self.init(.department, value)
        case .user(let value): self.init(.user, value)
        case .userType(let value): self.init(.userType, value)
        case .ip(let value) where !value.isVersion6: self.init(.ip4, bits: value.low)
        case .ip, .string, .list, .entity, .failure: return nil
        }
    }
}
