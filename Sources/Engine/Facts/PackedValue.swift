package import Model

/// One value of a request in sixteen bytes. A value that does not fit is stored separately, and found by these bytes.
@usableFromInline package struct PackedValue: Equatable, Sendable, BitwiseCopyable {
    @usableFromInline package enum Kind: UInt8, Sendable, BitwiseCopyable {
        case absent
        case integer
        case number
        case instant
        /// Days since 1970-01-01.
        case date
        /// Microseconds since midnight.
        case time
        /// Microseconds.
        case duration
        /// The number of a network stored separately.
        case network
        case ip4
        /// The number of an address stored separately.
        case ip6
        /// The start of its bytes in the text stored separately, and in the low 32 bits their number.
        case text
        /// The number of a list or a map stored separately.
        case list
        /// A token that its directory does not list.
        case unlisted
        /// An assignment under a ceiling that its directory does not have, by the number of its combination.
        case narrowed
        // Kinds with numbers from here on: two packed values of the same kind and number are the same value.
        case boolean
        case department
        case user
        case userType
        case assignment
        /// The number of the permissions of an assignment in `Directory.permissionSets`.
        case permissionSet
        case `operator`
        case token
        case tokenKind
        case action
        case point
        case tenant
        case recordType
        /// The number of a point in time, counted by `Facts`.
        case moment
        /// A record inside another is there; its properties have places of their own.
        case record
    }

    @usableFromInline package let bits: UInt64
    @usableFromInline package let kind: Kind
    /// Kind and number in one, for an absent value and for the kinds with numbers: values with the same code are the
    /// same. `uncoded` for all others.
    @usableFromInline package let code: UInt32

    @inlinable package static var uncoded: UInt32 { .max }

    @inlinable @inline(__always) package init(_ kind: Kind, bits: UInt64) {
        self.bits = bits
        self.kind = kind
        let isCoded = (kind == .absent || kind.rawValue >= Kind.boolean.rawValue) && bits >> 27 == 0
        code = isCoded ? UInt32(truncatingIfNeeded: bits) | UInt32(kind.rawValue) << 27 : Self.uncoded
    }

    @inlinable @inline(__always) package init(_ kind: Kind, _ number: Int) {
        self.init(kind, bits: UInt64(bitPattern: Int64(number)))
    }

    package static var absent: PackedValue { PackedValue(.absent, bits: 0) }

    package var number: Int { Int(truncatingIfNeeded: bits) }

    /// The range of a string in the text stored separately.
    package var text: Range<Int> { Int(bits >> 32)..<(Int(bits >> 32) + textLength) }
    package var textLength: Int { Int(bits & 0xFFFF_FFFF) }

    /// The boolean; `nil` for any other kind.
    package var boolean: Bool? { kind == .boolean ? bits != 0 : nil }
}

extension PackedValue {
    /// A constant as a packed value; `nil` for strings, lists and all others that are stored separately.
    package init?(constant value: Value) {
        switch value {
        case .absent: self = .absent
        case .boolean(let value): self.init(.boolean, bits: value ? 1 : 0)
        case .integer(let value): self.init(.integer, bits: UInt64(bitPattern: value))
        case .number(let value): self.init(.number, bits: value.bitPattern)
        case .instant(let value): self.init(.instant, bits: UInt64(bitPattern: value.microseconds))
        case .date(let value): self.init(.date, bits: UInt64(bitPattern: value.daysSinceEpoch))
        case .time(let value): self.init(.time, bits: UInt64(bitPattern: value.microseconds))
        case .duration(let value): self.init(.duration, bits: UInt64(bitPattern: value.microseconds))
        case .department(let value): self.init(.department, value)
        case .user(let value): self.init(.user, value)
        case .userType(let value): self.init(.userType, value)
        case .ip(let value) where !value.isVersion6: self.init(.ip4, bits: value.low)
        case .ip, .network, .string, .list, .map, .record, .entity, .failure: return nil
        }
    }
}
