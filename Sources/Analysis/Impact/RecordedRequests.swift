internal import Decisions
package import Model

/// Requests that services made, each of which a diff decides for every token of its tenant.
///
/// Lines are evaluation requests of AuthZEN 1.0 or lines of a decision log. Requests that differ in their token, their
/// time or the id of their resource alone are one.
package struct RecordedRequests: Sendable {
    /// The reason why a line gives no request.
    package enum Obstacle: String, CaseIterable, Sendable {
        /// It is not JSON.
        case unreadable
        case masked
        /// It is no evaluation request, and no line of a decision log.
        case invalid
        /// It is administrative, or of a subject that is no token.
        case other
        /// Its token is not in the store, so that its tenant is not known.
        case unknownToken = "unknown_token"
        /// There are more different requests than are decided.
        case tooMany = "too_many"
    }

    /// The most different requests of one tenant.
    package static let most = 20_000

    package private(set) var lines = 0
    package private(set) var omitted = OmittedLines<Obstacle>()
    /// By the id of the tenant, in the order of the lines.
    private var samples: [ExactName: [DecisionDiff.SampleRequest]] = [:]
    private var known: [ExactName: Set<DecisionDiff.SampleRequest>] = [:]
    /// The same with the ids of resources, for policies that read them.
    private var samplesWithIDs: [ExactName: [DecisionDiff.SampleRequest]] = [:]
    private var knownWithIDs: [ExactName: Set<DecisionDiff.SampleRequest>] = [:]
    /// The number of requests that are not among those with ids, as there are too many.
    package private(set) var withoutIDs = 0
    private let directories: [Directory]

    /// - Parameter directories: those that hold the tokens of the requests.
    package init(of directories: [Directory]) { self.directories = directories }

    /// The number of lines that may be requests of a token, and could not be read or were too many.
    package var unread: Int {
        omitted.byReason.filter { [.unreadable, .masked, .invalid, .tooMany].contains($0.reason) }
            .map(\.account.count).reduce(0, +)
    }

    /// The number of different requests, of all tenants.
    package var different: Int { samples.values.map(\.count).reduce(0, +) }

    func of(_ tenant: ExactName, withIDs: Bool = false) -> [DecisionDiff.SampleRequest] {
        (withIDs ? samplesWithIDs[tenant] : samples[tenant]) ?? []
    }

    package mutating func add(_ line: [UInt8], number: Int) {
        guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { return }
        lines += 1
        let question: AuthorizationRequest
        do throws(JSONError) {
            let json = try JSONReader.parse(request: line)
            do throws(RequestError) {
                if DecisionRecord.isRecord(json) {
                    if let path = DecisionRecord.maskedPath(json) {
                        return omitted.note(number, .masked, "`\(path)` is masked")
                    }
                    question = try DecisionRecord(json).question
                } else {
                    question = try AuthorizationRequest(json: json, now: Instant(microseconds: 0))
                }
            } catch { return omitted.note(number, .invalid, error.message) }
        } catch {
            return omitted.note(number, .unreadable, "it is not JSON: \(error.message) at column \(error.column)")
        }
        add(question, number)
    }

    private mutating func add(_ question: AuthorizationRequest, _ number: Int) {
        guard case .token(let text) = question.subject, !question.kind.isAdministrative else {
            return omitted.note(number, .other, "it is administrative, or its subject is no token")
        }
        let id = TokenID(text)
        let tenant = directories.lazy.compactMap { directory in
            id.flatMap(directory.token).map { directory.tenants[directory.tokens[$0].tenant].id }
        }.first
        guard let tenant else { return omitted.note(number, .unknownToken, "its token is not in the store") }
        let sample = DecisionDiff.SampleRequest(recorded: question, id: nil)
        let exact = DecisionDiff.SampleRequest(recorded: question, id: question.resource?.id)
        if knownWithIDs[tenant]?.contains(exact) != true {
            if samplesWithIDs[tenant]?.count ?? 0 < Self.most {
                knownWithIDs[tenant, default: []].insert(exact)
                samplesWithIDs[tenant, default: []].append(exact)
            } else {
                withoutIDs += 1
            }
        }
        guard known[tenant]?.contains(sample) != true else { return }
        guard samples[tenant]?.count ?? 0 < Self.most else {
            return omitted.note(number, .tooMany, "its tenant has \(Self.most) other requests")
        }
        known[tenant, default: []].insert(sample)
        samples[tenant, default: []].append(sample)
    }
}

extension DecisionDiff.SampleRequest {
    /// A recorded request without its token and its time.
    fileprivate init(recorded question: AuthorizationRequest, id: ExactName?) {
        var stated: [Change] = []
        func state(_ record: Change.Property.Record, _ properties: JSON?) {
            guard case .object(let members)? = properties else { return }
            for member in members where member.value != .null {
                stated.append(.property(Change.Property(record, member.key), .init(member.value)))
            }
        }
        var place = Place.nowhere
        var properties = question.resource?.properties
        if let department = properties?["department"]?.string {
            place = .department(ExactName(department))
            properties = properties?.with([.name("department")], nil)
        }
        state(.resource, properties)
        state(.context, question.context)
        state(.action, question.actionProperties)
        self.init(
            question.action, resource: question.resource?.type, place: place,
            stated: stated.sorted { ($0.property?.text ?? "") < ($1.property?.text ?? "") }, id: id)
    }
}
