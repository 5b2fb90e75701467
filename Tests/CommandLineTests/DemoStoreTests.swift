internal import Foundation
internal import ProgramSupport
internal import Testing

/// Tests on a store that `init --demo` made, whose commands act in the tenant `3`.
protocol DemoStoreTests {
    var session: Session { get }
}

extension DemoStoreTests {
    func demilune(_ words: String..., input: String = "") -> Session.Result {
        session.run(words, input: Array(input.utf8), environment: ["DEMILUNE_TENANT": "3"])
    }

    /// The object that a command writes with `--json`.
    func json(_ words: String...) throws -> [String: Any] {
        let result = session.run(words + ["--json"], environment: ["DEMILUNE_TENANT": "3"])
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }
}
