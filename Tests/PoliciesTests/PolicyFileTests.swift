internal import Model
internal import Testing

@testable internal import Policies

struct PolicyFileTests {
    @Test(arguments: [
        ("orders.lua", true, false), ("orders_test.lua", false, true), ("fixtures_test.lua", false, true),
        ("schema.lua", false, false), ("settings.lua", false, false), ("settings_guard.lua", true, false),
        ("settings.json", false, false), ("routes.lua", false, false), ("latest.lua", true, false),
    ])
    func `a file of the folder is a policy, a file of tests, or neither`(
        name: ExactName, isPolicy: Bool, isTest: Bool
    ) {
        #expect(name.isPolicyFile == isPolicy && name.isTestFile == isTest)
    }

    @Test func `the tests of a policy are named after it`() {
        #expect(PolicyFile.tests(of: "orders") == "orders_test.lua")
        #expect(("orders_test.lua" as ExactName).testedID == "orders")
    }
}
