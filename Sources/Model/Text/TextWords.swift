internal import Glibc

/// The bytes of a string in two words, read without a loop: all of them, for a string of at most sixteen bytes. Two such
/// strings of the same length are the same exactly when their words are.
@frozen @usableFromInline package struct TextWords: Equatable, BitwiseCopyable {
    @usableFromInline package let first: UInt64
    @usableFromInline package let last: UInt64

    /// The longest string that two words hold, in bytes.
    @inlinable package static var most: Int { 16 }

    @inlinable @inline(__always) @unsafe package init(_ text: UnsafeRawPointer, _ count: Int) {
        if count >= 8 {
            first = unsafe text.loadUnaligned(as: UInt64.self)
            last = unsafe text.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        } else if count >= 4 {
            first = unsafe UInt64(text.loadUnaligned(as: UInt32.self))
            last = unsafe UInt64(text.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
        } else if count > 0 {
            first =
                unsafe UInt64(text.load(as: UInt8.self)) &<< 8
                | UInt64(text.load(fromByteOffset: count &>> 1, as: UInt8.self))
            last = unsafe UInt64(text.load(fromByteOffset: count &- 1, as: UInt8.self))
        } else {
            (first, last) = (0, 0)
        }
    }

    /// A code in place of a string.
    @inlinable package init(_ code: UInt32) { (first, last) = (UInt64(code), 0) }

    /// True when two strings of the same length have the same bytes.
    @inlinable @inline(__always) @unsafe package static func areSame(
        _ one: UnsafeRawPointer, _ other: UnsafeRawPointer, _ count: Int
    ) -> Bool {
        guard count > most else { return unsafe TextWords(one, count) == TextWords(other, count) }
        return unsafe areSameLong(one, other, count)
    }

    @unsafe @usableFromInline static func areSameLong(
        _ one: UnsafeRawPointer, _ other: UnsafeRawPointer, _ count: Int
    ) -> Bool { unsafe memcmp(one, other, count) == 0 }
}
