internal import Model
internal import Policies

/// The values by which targets rule policies out.
///
/// They decide which policies are asked, and are no part of the value of an expression, so that these reads are not
/// noted.
extension Facts {
    /// The number of the request's combination of values; -1 when one of them must be computed.
    @unsafe mutating func combination(of inputs: UnsafeMutablePointer<TargetOperand.Input>, _ count: Int) -> Int {
        let request = unsafe current
        let packedValues = unsafe request.pointee.packedValues.span
        return unsafe request.pointee.texts.span.withUnsafeBytes { texts in
            var combination: Int32 = 0
            for place in 0..<count {
                let input = unsafe inputs + place
                let part = unsafe number(of: input, packedValues[Int(input.pointee.place)], texts)
                guard part >= 0 else { return -1 }
                combination &+= unsafe part &* input.pointee.stride
            }
            return Int(combination)
        }
    }

    /// The number of one value; -1 when it must be computed.
    @inline(__always) @unsafe private mutating func number(
        of input: UnsafeMutablePointer<TargetOperand.Input>, _ packedValue: PackedValue, _ texts: UnsafeRawBufferPointer
    ) -> Int32 {
        let number: Int32
        switch unsafe input.pointee.kind {
        case .presence:
            return unsafe packedValue.kind == .absent ? absent(input) : 0
        case .code:
            guard packedValue.code != PackedValue.uncoded, packedValue.code != PackedValue.absent.code, !isNarrowed
            else { return unsafe input.pointee.other < 0 ? -1 : absent(input) }
            number = unsafe input.pointee.table.number(of: packedValue.code)
        case .text:
            let range = packedValue.text
            guard packedValue.kind == .text, range.upperBound <= texts.count else { return unsafe absent(input) }
            guard let first = texts.baseAddress else { return unsafe input.pointee.other }
            number = unsafe input.pointee.table.number(of: first + range.lowerBound, range.count)
        case .unknown: return -1
        }
        return unsafe number < 0 ? input.pointee.other : number
    }

    @inline(__always) @unsafe private mutating func absent(_ input: UnsafeMutablePointer<TargetOperand.Input>) -> Int32
    {
        unsafe plantedFault == .target ? 0 : input.pointee.absent
    }

    /// The code of the value at a place.
    mutating func code(at place: Int) -> UInt32 {
        let request = unsafe current
        return unsafe request.pointee.packedValues[place].code
    }
}
