internal import Model
internal import Policies

/// A value of the request by which targets rule policies out, as a number: 0 for a string that no target names, from 1 on
/// for those that are named, and the last number for a value that is absent.
final class TargetOperand {
    enum Source: Hashable {
        /// The string at a place.
        case text(Int)
        /// The name of what has a code at a place.
        case code(Int)
        /// A string that is computed, as the id of a department is.
        case computed(Expressions.ID)
        /// A place of which only the presence counts.
        case presence(Int)

        /// The place of the value; `nil` for one that is computed.
        var place: Int? {
            switch self {
            case .text(let place), .code(let place), .presence(let place): place
            case .computed: nil
            }
        }
    }

    /// An operand as a look-up reads it.
    @unsafe struct Input: BitwiseCopyable {
        enum Kind: UInt8, BitwiseCopyable {
            case text, code, presence
            /// A computed string whose place is not known yet.
            case unknown
        }

        fileprivate(set) var kind: Kind
        fileprivate(set) var place: Int32
        fileprivate(set) var table: TargetTable.Header
        /// The number of a value that is not in the table; -1 for one that must be computed.
        let other: Int32
        let absent: Int32
        /// The step of the number of a combination from number to number.
        let stride: Int32
    }

    /// The most codes of which the numbers are kept.
    private static let mostCodes = 1 << 16

    let source: Source
    /// The number of its numbers.
    let count: Int
    private let texts: TargetTable
    /// By the code at the place: those of the strings, or of the computed strings that were seen.
    private var codes = TargetTable()
    /// The only place that a computed string follows from; `nil` until it was computed.
    private var place: Int?
    /// True when a computed string does not follow from one place.
    private var isUnsteady = false

    /// - Parameters:
    ///   - texts: the strings that are named, each once.
    ///   - codes: for a source of codes, that of each string; `nil` for one that nothing has.
    init(_ source: Source, _ texts: [ExactName], codes: [UInt32?] = []) {
        self.source = source
        self.texts = TargetTable(texts, from: 1)
        count = texts.count + 2
        for (number, code) in zip(Int32(1)..., codes) { if let code { self.codes.set(code, number) } }
    }

    /// The number of a value that is absent.
    var absent: Int { count - 1 }

    func input(stride: Int) -> Input {
        let kind: Input.Kind
        var other: Int32 = 0
        switch source {
        case .text: kind = .text
        case .code: kind = .code
        case .presence: kind = .presence
        case .computed:
            kind = place == nil ? .unknown : .code
            other = -1
        }
        return unsafe Input(
            kind: kind, place: Int32(source.place ?? place ?? 0), table: kind == .text ? texts.header : codes.header,
            other: other, absent: Int32(absent), stride: Int32(stride))
    }

    // MARK: Computing

    /// Forgets the strings that were computed.
    func forget() {
        guard case .computed = source else { return }
        (codes, place, isUnsteady) = (TargetTable(), nil, false)
    }

    /// The number of the request's computed string, which is kept from now on.
    func compute(_ facts: inout Facts) -> Int {
        guard case .computed(let id) = source, !isUnsteady, !facts.isNarrowed else { return absent }
        let value = facts.value(id)
        guard let places = facts.reads(for: id).places, places.count == 1, place == nil || place == places[0],
            Self.isKept(places[0], facts)
        else {
            isUnsteady = true
            return absent
        }
        place = places[0]
        var number = Int32(absent)
        if case .string(let text) = value {
            let bytes = Array(text.utf8)
            let known = unsafe bytes.withUnsafeBytes { bytes in
                unsafe bytes.baseAddress.map { unsafe texts.header.number(of: $0, bytes.count) }
            }
            number = max(0, known ?? 0)
        }
        let code = facts.code(at: places[0])
        if code != PackedValue.uncoded {
            if codes.count >= Self.mostCodes { codes = TargetTable() }
            codes.set(code, number)
        }
        return Int(number)
    }

    /// True for a place whose values have codes that mean the same as long as the generation of the facts. Tokens are
    /// amended, and assignments added, within one.
    private static func isKept(_ place: Int, _ facts: borrowing Facts) -> Bool {
        switch ResolvedRequest.part(at: place) {
        case .token?, .assignment?: false
        default: place != ResolvedRequest.Place.moment && ReadSet.isNumbered(place, facts.numbered)
        }
    }
}
