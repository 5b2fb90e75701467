internal import Glibc
internal import Policies

/// Policies that apply together, by the values that their targets compare: for each combination of values, those that
/// are not ruled out.
///
/// A decision looks a few values up, and asks the policies that they leave, however many there are.
///
/// INVARIANT: a policy that is left out says nothing, and does not fail: a value that one of its conditions compares is
/// present and another than the condition names, and so are the values that the condition needs.
@safe final class TargetIndex {
    /// The part that a look-up reads, at a fixed address.
    @unsafe struct Header {
        let inputs: UnsafeMutablePointer<TargetOperand.Input>
        let inputCount: Int
        /// By combination, one more than the number of the list of policies that it leaves; 0 until it is computed.
        /// Pages that were never written take no memory.
        fileprivate let lists: UnsafeMutablePointer<Int32>
        fileprivate let combinations: Int
        /// The generation of the facts by which strings were computed.
        fileprivate var generation: UInt32 = 0

        /// The number of the list of policies that the request's values leave; -1 when it must be computed.
        @inline(__always) func list(_ facts: inout Facts) -> Int {
            guard unsafe generation == facts.generation else { return -1 }
            let combination = unsafe facts.combination(of: inputs, inputCount)
            return unsafe combination >= 0 && combination < combinations ? Int(lists[combination]) - 1 : -1
        }
    }

    /// The condition of one policy on one operand.
    private struct Condition {
        /// The numbers with which the policy may say something.
        let numbers: [Int32]
        /// The operands that must be present.
        let needed: [Int]
    }

    /// The conditions on one operand.
    private struct Part {
        let operand: TargetOperand
        let stride: Int
        /// For each of the policies, its condition.
        var conditions: [Condition?]
        /// By number, the places of the policies that may say something with it.
        var byNumber: [[Int32]] = []
        /// The places of the policies without a condition.
        var unconditional: [Int32] = []
    }

    /// Values are looked up for no fewer policies.
    private static let leastPolicies = 24

    let header = UnsafeMutablePointer<Header>.allocate(capacity: 1)
    /// By number, ascending.
    let policies: [Int]
    private var parts: [Part] = []

    /// - Parameter isForced: true to look values up whatever they leave.
    /// - Returns: `nil` where they leave too many policies.
    init?(
        _ policies: [Int], of set: PolicySet, _ compiler: TargetCompiler, except distrusted: Set<Int>, isForced: Bool
    ) {
        let comparisons =
            isForced || policies.count >= Self.leastPolicies
            ? compiler.comparisons(of: policies, of: set, except: distrusted) : []
        let chosen = TargetChoice(comparisons, of: policies.count, isForced: isForced)
        guard !chosen.comparisons.isEmpty else {
            unsafe header.deallocate()
            return nil
        }
        self.policies = policies
        let operands =
            chosen.comparisons.map(compiler.operand) + chosen.presences.map { TargetOperand(.presence($0), []) }
        var stride = 1
        for operand in operands {
            parts.append(
                Part(operand: operand, stride: stride, conditions: [Condition?](repeating: nil, count: policies.count)))
            stride *= operand.count
        }
        let inputs = UnsafeMutablePointer<TargetOperand.Input>.allocate(capacity: parts.count)
        for (place, part) in parts.enumerated() {
            unsafe (inputs + place).initialize(to: part.operand.input(stride: part.stride))
        }
        unsafe header.initialize(
            to: Header(
                inputs: inputs, inputCount: parts.count, lists: Self.lists(stride), combinations: stride))
        add(chosen.comparisons)
    }

    deinit {
        unsafe header.pointee.inputs.deallocate()
        unsafe free(header.pointee.lists)
        unsafe header.deallocate()
    }

    @unsafe private static func lists(_ count: Int) -> UnsafeMutablePointer<Int32> {
        guard let lists = unsafe calloc(count, MemoryLayout<Int32>.stride) else { fatalError("out of memory") }
        return unsafe lists.bindMemory(to: Int32.self, capacity: count)
    }

    /// Its approximate memory, in bytes.
    var bytes: Int {
        unsafe parts.reduce(header.pointee.combinations * 4) { $0 + policies.count * 8 + $1.conditions.count * 48 }
    }

    /// Adds the conditions of comparisons, those of which the needed values are looked up.
    private func add(_ comparisons: [TargetCompiler.Comparison]) {
        var numbers: [Int: Int] = [:]
        for (number, part) in parts.enumerated() {
            if let place = part.operand.source.place { numbers[place] = number }
        }
        for (number, comparison) in comparisons.enumerated() {
            parts[number].byNumber = [[Int32]](repeating: [], count: parts[number].operand.count)
            for condition in comparison.conditions {
                let needed = condition.needed.map { numbers[$0] }
                guard !needed.contains(nil) else { continue }
                parts[number].conditions[condition.place] = Condition(
                    numbers: condition.numbers, needed: needed.compactMap(\.self))
                for value in condition.numbers { parts[number].byNumber[Int(value)].append(Int32(condition.place)) }
            }
            parts[number].unconditional = policies.indices.filter { parts[number].conditions[$0] == nil }.map(
                Int32.init)
        }
    }

    // MARK: Finding

    /// The number of the list of policies that the request's values leave, when it was not found.
    /// - Parameter number: the number of a list.
    func list(_ facts: inout Facts, _ number: ([Int]) -> Int) -> Int {
        if unsafe header.pointee.generation != facts.generation {
            unsafe header.pointee.generation = facts.generation
            for part in parts { part.operand.forget() }
            update()
        }
        var combination = unsafe facts.combination(of: header.pointee.inputs, header.pointee.inputCount)
        if combination < 0 {
            combination = computed(&facts)
        }
        if unsafe header.pointee.lists[combination] == 0 {
            unsafe header.pointee.lists[combination] = Int32(number(left(by: combination)) + 1)
        }
        return unsafe Int(header.pointee.lists[combination]) - 1
    }

    /// The number of the request's combination of values, when some of them must be computed.
    private func computed(_ facts: inout Facts) -> Int {
        var combination = 0
        for (place, part) in parts.enumerated() {
            var number = unsafe facts.combination(of: header.pointee.inputs + place, 1)
            if number < 0 { number = part.operand.compute(&facts) * part.stride }
            combination += number
        }
        update()
        return combination
    }

    /// Forgets the numbers of all lists.
    func forgetLists() {
        unsafe header.pointee.lists.update(repeating: 0, count: header.pointee.combinations)
    }

    /// Makes the inputs of operands anew that have computed strings.
    private func update() {
        for (place, part) in parts.enumerated() {
            unsafe header.pointee.inputs[place] = part.operand.input(stride: part.stride)
        }
    }

    /// The policies that a combination of values leaves.
    private func left(by combination: Int) -> [Int] {
        let numbers = parts.map { combination / $0.stride % $0.operand.count }
        let compared = parts.indices.filter { !parts[$0].byNumber.isEmpty }
        func isLeft(_ place: Int) -> Bool {
            compared.allSatisfy { part in
                guard let condition = parts[part].conditions[place], numbers[part] != parts[part].operand.absent else {
                    return true
                }
                return condition.numbers.contains(Int32(numbers[part]))
                    || condition.needed.contains { numbers[$0] == parts[$0].operand.absent }
            }
        }
        guard zip(parts, numbers).allSatisfy({ $0.operand.absent != $1 }) else {
            return policies.indices.filter(isLeft).map { policies[$0] }
        }
        // From the operand that leaves the fewest.
        let candidates = compared.map { (parts[$0].byNumber[numbers[$0]], parts[$0].unconditional) }
            .min { $0.0.count + $0.1.count < $1.0.count + $1.1.count }
        guard let candidates else { return policies }
        return (candidates.0 + candidates.1).sorted().map(Int.init).filter(isLeft).map { policies[$0] }
    }
}
