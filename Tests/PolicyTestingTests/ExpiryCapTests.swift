import Model
import Policies
import PolicyTesting
import TestSupport
import Testing

@Suite
struct `The expiry cap where midnight does not exist` {
    private func organisation() -> Organisation {
        Organisation(
            tenants: (["America/Santiago", "Africa/Cairo"] as [ExactName]).map { zone in
                var tenant = TenantRecord(id: zone, name: zone, zone: zone)
                tenant.departments = [DepartmentRecord(id: "1", name: "All")]
                tenant.userTypes = [UserTypeRecord(id: "1", name: "Anybody")]
                return tenant
            })
    }

    /// The day 2024-09-08 in Santiago, and 2024-04-26 in Cairo, begins at 01:00 local time.
    @Test(arguments: [
        ("America/Santiago", "2023-09-07", "2024-09-08T04:00:00Z", "2024-09-07", true),
        ("America/Santiago", "2023-09-07", "2024-09-08T04:00:01Z", "2024-09-07", false),
        ("America/Santiago", "2023-09-08", "2024-09-09T03:00:00Z", "2024-09-08", true),
        ("America/Santiago", "2023-09-08", "2024-09-09T03:00:01Z", "2024-09-08", false),
        ("Africa/Cairo", "2023-04-25", "2024-04-25T22:00:00Z", "2024-04-25", true),
        ("Africa/Cairo", "2023-04-25", "2024-04-25T22:00:01Z", "2024-04-25", false),
        ("Africa/Cairo", "2023-04-26", "2024-04-26T21:00:00Z", "2024-04-26", true),
        ("Africa/Cairo", "2023-04-26", "2024-04-26T21:00:01Z", "2024-04-26", false),
    ])
    func `the cap counts days, not hours`(
        zone: String, created: String, expires: String, last: String, fits: Bool
    ) throws {
        let expected = fits ? "silent = true" : #"advice = "expiry_cap", details = { last_day = "\#(last)" }"#
        let test = """
            test("\(zone)", {
              tenant = "\(zone)", at = "\(created)T12:00:00Z", point = "token.issue", actor = "operator",
              proposed = {
                department = "All", user_type = "Anybody", created = "\(created)T12:00:00Z", expires = "\(expires)",
              },
              settings = { expiry_cap = { months = 12, hard = false } },
              only_policy = true,
              expect = { \(expected) },
            })
            """
        var source = try Fixtures.shipped()
        source.files.removeAll { $0.name.hasSuffix("_test.lua") }
        source.files.append(PolicyFile(name: "expiry_cap_test.lua", bytes: Array(test.utf8)))
        let tests = try PolicyTests(source, organisations: ["demo": organisation()])
        let results = tests.run()
        #expect(results.count == 1)
        #expect(results.first?.failure == nil)
    }
}
