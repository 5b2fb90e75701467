internal import CSimdJSON
internal import Model

/// A line as simdjson has parsed it: its values in their order, each named by its place on the tape, and the bytes of its
/// strings. Valid until the next line is parsed.
///
/// Source: `doc/tape.md` of simdjson, which documents the form.
@unsafe struct JSONTape {
    private let words: UnsafePointer<UInt64>
    private let strings: UnsafeRawPointer

    /// The kinds of values.
    struct Kind: Equatable {
        let byte: UInt8

        static var object: Self { Self(byte: UInt8(ascii: "{")) }
        static var array: Self { Self(byte: UInt8(ascii: "[")) }
        static var string: Self { Self(byte: UInt8(ascii: "\"")) }
        /// An integer of 64 bits with a sign; larger ones are of another kind, and never read.
        static var integer: Self { Self(byte: UInt8(ascii: "l")) }
        static var number: Self { Self(byte: UInt8(ascii: "d")) }
        static var `true`: Self { Self(byte: UInt8(ascii: "t")) }
        static var `false`: Self { Self(byte: UInt8(ascii: "f")) }
        static var null: Self { Self(byte: UInt8(ascii: "n")) }
        fileprivate static var large: Self { Self(byte: UInt8(ascii: "u")) }
    }

    /// The place of the value that the line consists of.
    static var root: Int { 1 }

    @inline(__always) init(_ tape: csimdjson_tape) {
        unsafe (words, strings) = (tape.words, UnsafeRawPointer(tape.strings))
    }

    @inline(__always) func kind(_ place: Int) -> Kind {
        unsafe Kind(byte: UInt8(truncatingIfNeeded: words[place] &>> 56))
    }

    /// The place after a value and all that it contains.
    @inline(__always) func end(_ place: Int) -> Int {
        let kind = unsafe kind(place)
        if kind == .string { return place &+ 1 }
        if kind == .object || kind == .array { return unsafe Int(truncatingIfNeeded: words[place] & 0xFFFF_FFFF) }
        return kind == .integer || kind == .number || kind == .large ? place &+ 2 : place &+ 1
    }

    /// The number of elements or members, or 0xFF_FFFF for more.
    @inline(__always) func count(_ place: Int) -> Int {
        unsafe Int(truncatingIfNeeded: words[place] &>> 32 & 0xFF_FFFF)
    }

    /// The bytes of a string, or of the name of a member.
    @inline(__always) func text(_ place: Int) -> UnsafeRawBufferPointer {
        let start = unsafe strings + Int(truncatingIfNeeded: words[place] & 0xFF_FFFF_FFFF_FFFF)
        return unsafe UnsafeRawBufferPointer(
            start: start + 4, count: Int(truncatingIfNeeded: start.loadUnaligned(as: UInt32.self)))
    }

    func string(_ place: Int) -> String { unsafe String(decoding: text(place), as: UTF8.self) }

    @inline(__always) func integer(_ place: Int) -> Int64 { unsafe Int64(bitPattern: words[place &+ 1]) }
    @inline(__always) func number(_ place: Int) -> Double { unsafe Double(bitPattern: words[place &+ 1]) }

    /// Calls a closure with the name and the value of each member of an object.
    /// - Returns: false once the closure does.
    @inline(__always) func eachMember(of object: Int, _ body: (_ name: UnsafeRawBufferPointer, _ value: Int) -> Bool)
        -> Bool
    {
        var place = object &+ 1
        let end = unsafe end(object) &- 1
        while place < end {
            let value = place &+ 1
            guard unsafe body(text(place), value) else { return false }
            place = unsafe self.end(value)
        }
        return true
    }

    /// Calls a closure with each element of an array.
    /// - Returns: false once the closure does.
    @inline(__always) func eachElement(of array: Int, _ body: (_ element: Int) -> Bool) -> Bool {
        var place = array &+ 1
        let end = unsafe end(array) &- 1
        while place < end {
            guard body(place) else { return false }
            place = unsafe self.end(place)
        }
        return true
    }

    /// The value of an object's member.
    func member(_ name: StaticString, of object: Int) -> Int? {
        var place = object &+ 1
        let end = unsafe end(object) &- 1
        while place < end {
            if unsafe Self.is(text(place), name) { return place &+ 1 }
            place = unsafe self.end(place &+ 1)
        }
        return nil
    }

    /// True for a string with these bytes.
    @inline(__always) static func `is`(_ text: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
        guard text.count == name.utf8CodeUnitCount, let bytes = text.baseAddress else { return false }
        return unsafe TextWords.areSame(bytes, name.utf8Start, text.count)
    }
}

/// The name of a member, as far as two words and a length tell: names of up to `TextWords.most` bytes that are equal here
/// are the same.
struct MemberName: Equatable, BitwiseCopyable {
    /// The first eight bytes, with zeros in place of those that a shorter name has not.
    private let word: UInt64
    /// The last eight bytes of a longer name.
    private let tail: UInt64
    private let count: Int

    /// - Parameter name: with as many readable bytes as `RequestLineReader.padding` behind it, as on a tape.
    @unsafe @inline(__always) init(_ name: UnsafeRawBufferPointer) {
        count = name.count
        let start = unsafe name.baseAddress.unsafelyUnwrapped
        let first = unsafe start.loadUnaligned(as: UInt64.self)
        if count > 8 {
            word = first
            tail = unsafe start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        } else {
            // A shift by all 64 bits leaves nothing.
            word = UInt64(littleEndian: first) & ~(UInt64.max << UInt64(8 &* count))
            tail = 0
        }
    }

    init(_ name: ExactName) {
        let bytes = Array(name.text.utf8) + [UInt8](repeating: 0, count: 8)
        self = unsafe bytes.withUnsafeBytes {
            unsafe MemberName(UnsafeRawBufferPointer(rebasing: $0.dropLast(8)))
        }
    }

    @inline(__always) static func == (one: Self, other: Self) -> Bool {
        one.word == other.word && one.count == other.count && one.tail == other.tail
    }
}
