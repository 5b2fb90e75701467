/// The tests that fail by one cause: the same statements of the same policies, or the same mistake in what they share.
package struct FailureGroup {
    /// The test to show: the first that is about a policy which made the decision, or else the first of all.
    package private(set) var shown: Int
    /// The other tests, in order.
    package private(set) var others: [Int] = []

    /// The groups of the tests that failed, in the order of their first tests.
    /// - Returns: groups of indices of the results.
    package static func groups(of results: [TestResult]) -> [FailureGroup] {
        var groups: [FailureGroup] = []
        var numbers: [[UInt8]: Int] = [:]
        for (index, result) in results.enumerated() {
            guard let failure = result.failure else { continue }
            let cause = Array(failure.groupName(in: result.file).utf8)
            if let number = numbers[cause] {
                groups[number].add(index, of: results)
            } else {
                numbers[cause] = groups.count
                groups.append(FailureGroup(shown: index))
            }
        }
        return groups
    }

    private mutating func add(_ index: Int, of results: [TestResult]) {
        if results[shown].failure?.isOfTestedPolicy == false, results[index].failure?.isOfTestedPolicy == true {
            others.insert(shown, at: 0)
            shown = index
        } else {
            others.append(index)
        }
    }
}

extension TestFailure {
    /// The same text for all tests that fail by one cause. When no policy said anything, each file has its own cause.
    fileprivate func groupName(in file: String) -> String {
        cause ?? (expected == nil ? message : "\(file) \(message)")
    }
}
