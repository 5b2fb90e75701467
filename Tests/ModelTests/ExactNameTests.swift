import Model
import Testing

@Suite struct ExactNameTests {
    static let twins: [(ExactName, ExactName)] = [
        ("caf\u{E9}", "cafe\u{301}"), ("K", "\u{212A}"), (";", "\u{37E}"), ("\u{1100}\u{1161}", "\u{AC00}"),
    ]

    @Test func `names that are equal as Swift strings are two names`() {
        for (one, other) in Self.twins {
            #expect(one.text == other.text, "\(one) is no twin")
            #expect(one != other && one == ExactName(one.text))
            #expect(Set([one, other]).count == 2)
            #expect([one: 1, other: 2][other] == 2)
            #expect((one < other) != (other < one))
            #expect(JSON.string(one) != JSON.string(other))
            #expect(JSON.object([.init(one, .integer(1)), .init(other, .integer(2))])[other] == .integer(2))
        }
    }

    @Test func `a prefix and a suffix are compared by bytes`() {
        let name: ExactName = "cafe\u{301}.lua"
        #expect(name.hasPrefix("cafe") && !name.hasPrefix("caf\u{E9}"))
        #expect(name.hasSuffix(".lua") && !name.hasSuffix("\u{E9}.lua") && !("lua" as ExactName).hasSuffix(".lua"))
    }

    @Test func `twins are found, and both are shown with their differences`() {
        let names: [ExactName] = ["plain", "un caf\u{E9} ici", "autre", "un cafe\u{301} ici"]
        let found = TwinNames.first(in: names)
        #expect(found?.shown.0 == "un caf\\u{E9} ici" && found?.shown.1 == "un cafe\\u{301} ici")
        for (one, other) in Self.twins {
            for names in [[one, other], [other, one], ["a", one, "b", other]] as [[ExactName]] {
                #expect(TwinNames.first(in: names) != nil, "\(names)")
            }
            #expect(TwinNames.first(in: [one, one]) == nil && TwinNames.first(in: [other, "a"]) == nil)
        }
        #expect(TwinNames.first(in: ["K", "k", "caf\u{E9}", "cafe"]) == nil)
        #expect(TwinNames(one: "K", other: "\u{212A}").message.contains("`K` and `\\u{212A}`"))
    }

    @Test func `twins among ids and user names of an organisation are refused`() throws {
        func organisation(_ change: (inout TenantRecord) -> Void) -> Organisation {
            var tenant = TenantRecord(id: "t", name: "T", zone: "UTC")
            tenant.departments = [DepartmentRecord(id: "d", name: "D")]
            tenant.userTypes = [UserTypeRecord(id: "c", name: "C")]
            tenant.users = [
                UserRecord(
                    id: "u", name: "u", fullName: "U", email: "u@x.example",
                    assignments: [AssignmentRecord(id: "a", department: "d", userType: "c")])
            ]
            change(&tenant)
            return Organisation(tenants: [tenant])
        }
        for (one, other) in Self.twins {
            let planted: [Organisation] = [
                Organisation(tenants: [one, other].map { TenantRecord(id: $0, name: "T", zone: "UTC") }),
                organisation { $0.departments += [one, other].map { DepartmentRecord(id: $0, name: "D") } },
                organisation { $0.userTypes += [one, other].map { UserTypeRecord(id: $0, name: "C") } },
                organisation {
                    $0.users += [(one, "x"), (other, "y")].map {
                        UserRecord(id: $0, name: $1, fullName: "U", email: "u@x.example")
                    }
                },
                organisation {
                    $0.users += [("x", one), ("y", other)].map {
                        UserRecord(id: $0, name: $1, fullName: "U", email: "u@x.example")
                    }
                },
                organisation {
                    $0.users[0].assignments += [one, other].map {
                        AssignmentRecord(id: $0, department: "d", userType: "c")
                    }
                },
            ]
            for organisation in planted {
                // A snapshot keeps them apart nevertheless.
                _ = try Directory(organisation)
                let error = #expect(throws: OrganisationError.self) { try Organisation(json: organisation.json) }
                let shown = TwinNames(one: one, other: other).shown
                #expect(error?.message.contains("`\(shown.0)`") == true, "\(error?.message ?? "")")
                #expect(error?.message.contains("`\(shown.1)`") == true, "\(error?.message ?? "")")
            }
        }
    }

    @Test func `replacing a name by another form of it is a change`() {
        let one = DepartmentRecord(id: "d", name: "caf\u{E9}")
        #expect(one != DepartmentRecord(id: "d", name: "cafe\u{301}"))
        let merged = Organisation(tenants: [TenantRecord(id: "K", name: "1", zone: "UTC")])
            .merging(Organisation(tenants: [TenantRecord(id: "\u{212A}", name: "2", zone: "UTC")]))
        #expect(merged.tenants.map(\.name) == ["1", "2"])
    }
}
