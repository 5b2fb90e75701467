internal import Decisions
package import Model
internal import Policies
internal import PolicyTesting

/// A hospital with a policy for each role and kind of record of each department, and requests of its staff, whom the store
/// does not know: many policies of which a request concerns few. The scenario is that of SAPL's benchmarks.
package struct HospitalBenchmark {
    /// Decisions of a hospital of one size.
    package struct Row: Sendable {
        package let times: DecisionBenchmark.Row
        /// Nanoseconds from the loaded policies to the first decision.
        package let first: Int64
        /// The number of requests, and how many are permitted, as they must be.
        package let requests: Int
        package let permitted: Int
    }

    private struct Role {
        let name: ExactName
        let clearance: Int
        /// The actions by type of record.
        let may: [(type: ExactName, actions: [ExactName])]

        init(_ name: ExactName, _ clearance: Int, _ may: KeyValuePairs<ExactName, String>) {
            (self.name, self.clearance) = (name, clearance)
            self.may = may.map { ($0.key, $0.value.split(separator: " ").map { ExactName(String($0)) }) }
        }
    }

    private struct Staff {
        let id: ExactName
        let role: Role
        let department: Int
        let groups: [Int]
    }

    private let departments: Int
    private var random = SeededGenerator(seed: 42)

    private init(departments: Int) { self.departments = departments }

    /// - Parameter departments: of the hospital; each has 33 policies.
    package static func row(departments: Int, directory: Directory, now: Instant) throws -> Row {
        var hospital = HospitalBenchmark(departments: departments)
        let result = PolicySet.load(hospital.source)
        guard let set = result.set else { throw PolicyError(.interpreter, "\(result.diagnostics)") }
        let requests = hospital.requests
        let benchmark = DecisionBenchmark(directory: directory, lines: requests.map(\.line), now: now)
        let first = try benchmark.first(set)
        let permitted = try benchmark.permits(set)
        guard permitted == requests.map(\.isPermitted) else {
            throw PolicyError(.interpreter, "the hospital's policies decide otherwise than the hospital")
        }
        return Row(
            times: try benchmark.row(set), first: first, requests: requests.count,
            permitted: permitted.count { $0 })
    }

    // MARK: Policies

    private static let roles = [
        Role(
            "attending", 4,
            [
                "PatientRecord": "read write create", "LabResult": "read order",
                "Prescription": "read write prescribe", "Imaging": "read order", "CareNote": "read write create",
                "Referral": "read write create",
            ]),
        Role(
            "resident", 3,
            [
                "PatientRecord": "read write", "LabResult": "read", "Prescription": "read", "Imaging": "read order",
                "CareNote": "read write create", "Referral": "read create",
            ]),
        Role(
            "nurse", 3,
            [
                "PatientRecord": "read write", "LabResult": "read", "Prescription": "read",
                "CareNote": "read write create", "Schedule": "read write",
            ]),
        Role("labTech", 2, ["LabResult": "read write create", "Imaging": "read write create"]),
        Role("pharmacist", 3, ["Prescription": "read write approve", "PatientRecord": "read"]),
        Role(
            "admin", 2,
            ["Schedule": "read write create delete", "BillingRecord": "read write", "AuditLog": "read"]),
        Role("billing", 2, ["BillingRecord": "read write create bill", "PatientRecord": "read"]),
        Role("auditor", 4, ["AuditLog": "read write create audit", "PatientRecord": "read", "BillingRecord": "read"]),
        Role("researcher", 1, ["PatientRecord": "read", "LabResult": "read", "Imaging": "read"]),
    ]
    private static let emergencies: [ExactName] = ["PatientRecord", "LabResult", "Prescription", "Imaging", "CareNote"]
    private static let schema = """
        local record = { department = "string", sensitivity = "number" }
        return {
          actions = {
            read = "read", audit = "read", write = "write", create = "write", order = "write", prescribe = "write",
            approve = "write", bill = "write", delete = "delete", override = "write",
          },
          resources = {
            PatientRecord = record, LabResult = record, Prescription = record, Imaging = record, CareNote = record,
            Referral = record, Schedule = record, BillingRecord = record, AuditLog = record,
          },
          subjects = { staff = { role = "string", clearance = "number", groups = list "string" } },
        }
        """

    private var source: PolicySource {
        var files = [PolicyFile(name: PolicyFile.schema, bytes: Array(Self.schema.utf8))]
        func add(_ name: String, if condition: String, _ effect: String, grants: [ExactName] = []) {
            let grants = grants.isEmpty ? "" : ", grants = { \(grants.map { "\"\($0)\"" }.joined(separator: ", ")) }"
            files.append(
                PolicyFile(
                    name: ExactName("\(name).lua"),
                    bytes: Array(
                        """
                        local policy = { on = "access", subject = "staff"\(grants) }
                        function policy.decide(request)
                          if \(condition) then \(effect) end
                        end
                        return policy
                        """.utf8)))
        }
        for department in 0..<departments {
            for role in Self.roles {
                for (type, actions) in role.may {
                    let action = actions.map { "request.action == \"\($0)\"" }.joined(separator: " or ")
                    add(
                        "d\(department)_\(role.name)_\(type)".lowercased(),
                        if: """
                            request.subject.role == "\(role.name)" and request.resource.type == "\(type)" and (\(action)) \
                            and request.resource.department == "dept_\(department)" \
                            and request.subject.groups:contains("dept_\(department)")
                            """, "permit(\"the role may do this\")", grants: actions)
                }
            }
            add(
                "d\(department)_sensitivity",
                if: """
                    request.resource.department == "dept_\(department)" \
                    and request.resource.sensitivity > request.subject.clearance
                    """, "deny(\"too sensitive\")")
        }
        for type in Self.emergencies {
            add(
                "emergency_\(type)".lowercased(),
                if: """
                    request.subject.role == "emergency" and request.resource.type == "\(type)" and \
                    (request.action == "read" or request.action == "write" or request.action == "override")
                    """, "permit(\"an emergency\")", grants: ["read", "write", "override"])
        }
        return PolicySource(path: "hospital", files: files)
    }

    // MARK: Requests

    /// 500 requests as lines, each with the decision that the hospital expects.
    private var requests: [(line: [UInt8], isPermitted: Bool)] {
        mutating get {
            let staff = (0..<departments * 5).map { number in member(number) }
            let actions = Self.weighted([
                ("read", 7), ("write", 3), ("create", 2), ("order", 1), ("prescribe", 1), ("approve", 1), ("bill", 1),
                ("audit", 1), ("delete", 1),
            ])
            let types = Self.weighted([
                ("PatientRecord", 3), ("LabResult", 2), ("CareNote", 2), ("Prescription", 1), ("Imaging", 1),
                ("Schedule", 1), ("BillingRecord", 1), ("AuditLog", 1), ("Referral", 1),
            ])
            return (0..<500).map { number in
                let (member, action, type) = (
                    staff.randomElement(using: &random)!, actions.randomElement(using: &random)!,
                    types.randomElement(using: &random)!
                )
                let isOwn = Int.random(in: 0..<10, using: &random) < 8
                let department = isOwn ? member.department : Int.random(in: 0..<departments, using: &random)
                let isPlain = Int.random(in: 0..<10, using: &random) < 7
                let sensitivity = isPlain ? 1 : Int.random(in: 1...4, using: &random)
                let isPermitted =
                    sensitivity <= member.role.clearance && member.groups.contains(department)
                    && member.role.may.contains { $0.type == type && $0.actions.contains(action) }
                let groups = member.groups.map { "\"dept_\($0)\"" }.joined(separator: ",")
                let line = """
                    {"subject":{"type":"staff","id":"\(member.id)","properties":{"role":"\(member.role.name)",\
                    "clearance":\(member.role.clearance),"groups":[\(groups)]}},"action":{"name":"\(action)"},\
                    "resource":{"type":"\(type)","id":"r\(number)","properties":{"department":"dept_\(department)",\
                    "sensitivity":\(sensitivity)}},"context":{}}
                    """
                return (Array(line.utf8), isPermitted)
            }
        }
    }

    private mutating func member(_ number: Int) -> Staff {
        let own = number / 5
        let others = (0..<departments).filter { $0 != own && Int.random(in: 0..<20, using: &random) == 0 }
        return Staff(
            id: ExactName("staff_\(number)"), role: Self.roles.randomElement(using: &random)!, department: own,
            groups: [own] + others)
    }

    private static func weighted(_ names: [(ExactName, Int)]) -> [ExactName] {
        names.flatMap { Array(repeating: $0.0, count: $0.1) }
    }
}
