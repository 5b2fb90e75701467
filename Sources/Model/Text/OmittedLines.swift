/// The parts of an input that a run left out, by reason: the number of all, and the first of each reason.
package struct OmittedLines<Reason: Hashable & CaseIterable & Sendable>: Sendable {
    package struct Line: Sendable {
        /// 1-based. The parts of one line, such as the requests in it, have the same number.
        package let number: Int
        package let message: String
    }

    /// The lines left out for one reason: at least one.
    package struct Account: Sendable {
        package fileprivate(set) var count = 0
        /// The first, at most `mostListed`, in the order of the input.
        package fileprivate(set) var first: [Line] = []
    }

    private var accounts: [Reason: Account] = [:]

    /// The most lines that are listed for each reason.
    package static var mostListed: Int { 1_000 }

    package init() {}

    package mutating func note(_ line: Int, _ reason: Reason, _ message: String) {
        accounts[reason, default: .init()].count += 1
        guard accounts[reason]!.first.count < Self.mostListed else { return }
        accounts[reason]!.first.append(.init(number: line, message: message))
    }

    /// Adds what was left out of a later part of the input.
    package mutating func append(_ later: Self) {
        for (reason, account) in later.accounts {
            accounts[reason, default: .init()].count += account.count
            accounts[reason]!.first += account.first.prefix(Self.mostListed - accounts[reason]!.first.count)
        }
    }

    package var isEmpty: Bool { accounts.isEmpty }
    package var count: Int { accounts.values.map(\.count).reduce(0, +) }

    /// The accounts in the order of the reasons.
    package var byReason: [(reason: Reason, account: Account)] {
        Reason.allCases.compactMap { reason in accounts[reason].map { (reason, $0) } }
    }
}

extension OmittedLines.Account {
    /// The count, the places and the first reason: `2 lines: lines 24, 25, the first since it is not JSON`.
    /// - Parameter noun: the thing that was left out.
    package func words(_ noun: String) -> String {
        let numbers = first.map(\.number).reduce(into: [Int]()) { if $0.last != $1 { $0.append($1) } }
        let shown = numbers.prefix(8).map(String.init).joined(separator: ", ")
        let more = numbers.count > 8 || count > first.count ? " …" : ""
        let place = "\(numbers.count == 1 && more.isEmpty ? "line" : "lines") \(shown)\(more)"
        return "\(counted(count, noun)): \(place), \(count == 1 ? "" : "the first since ")\(first[0].message)"
    }
}
