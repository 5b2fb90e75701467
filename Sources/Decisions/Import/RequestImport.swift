package import Model

/// Requests made from what other programs recorded, and an account of all that was not taken over.
package struct RequestImport: Sendable {
    package enum Format: String, CaseIterable, Sendable {
        case authzen
        case opa
    }

    /// The reason why a recorded event gives no request.
    package enum Obstacle: String, CaseIterable, Sendable {
        case unreadable
        /// It is no evaluation request, or no event of a decision.
        case other
        case masked
        /// The request that it gives is invalid.
        case invalid
    }

    /// The number of recorded events, and of the requests made from them.
    package private(set) var events = 0
    package private(set) var requests = 0
    /// The number of requests without a decision: they can be decided, but not compared.
    package private(set) var undecided = 0
    /// The events, or the evaluations in them, that gave no request.
    package private(set) var omitted = OmittedLines<Obstacle>()
    /// The number of events that had each member which no request has, by the member's path.
    package private(set) var unmapped: [ExactName: Int] = [:]

    /// The most paths in `unmapped`; the others are counted together.
    package static let mostPaths = 100

    private let format: Format
    private let mapping: RequestMapping?
    private let decision: JSONPath?

    /// - Parameters:
    ///   - mapping: the request that an event of OPA stands for; `nil` for one whose input is an evaluation request.
    ///   - decision: the place of the decision in an event of OPA; `nil` for its result, or the `decision` in it.
    package init(_ format: Format, mapping: RequestMapping? = nil, decision: JSONPath? = nil) {
        (self.format, self.mapping, self.decision) = (format, mapping, decision)
    }

    /// Adds the requests of a line of recorded JSON: an object, or an array of them.
    package mutating func add(_ line: [UInt8], number: Int, to writer: inout JSONWriter) {
        do throws(JSONError) {
            let json = try JSONReader.parse(request: line)
            guard case .array(let elements) = json else { return add(json, number, &writer) }
            for element in elements { add(element, number, &writer) }
        } catch {
            events += 1
            note(number, .unreadable, "it is not JSON: \(error.message) at column \(error.column)")
        }
    }

    private mutating func add(_ event: JSON, _ line: Int, _ writer: inout JSONWriter) {
        events += 1
        switch format {
        case .authzen: addEvaluations(event, line, &writer)
        case .opa: addDecision(event, line, &writer)
        }
    }

    mutating func note(_ line: Int, _ obstacle: Obstacle, _ message: String) {
        omitted.note(line, obstacle, message)
    }

    mutating func note(unmapped path: ExactName) {
        let known: ExactName = unmapped[path] != nil || unmapped.count < Self.mostPaths ? path : "…"
        unmapped[known, default: 0] += 1
    }

    // MARK: AuthZEN

    /// The members of a request. Those of an evaluation replace the defaults beside `evaluations`, each as a whole.
    private static let parts: [ExactName] = [
        "subject", "action", "resource", "context", "tenant", "obligations", "expected",
    ]

    /// Adds the requests of an Access Evaluation or Access Evaluations request (AuthZEN Authorization API 1.0, sections 6
    /// and 7). One whose `evaluations` are left out or empty is a single request.
    private mutating func addEvaluations(_ json: JSON, _ line: Int, _ writer: inout JSONWriter) {
        guard case .object(let members) = json else {
            return note(line, .other, "a request must be an object, got \(json.kindName)")
        }
        guard case .array(let evaluations)? = json.stated("evaluations"), !evaluations.isEmpty else {
            if let stated = json.stated("evaluations"), stated != .array([]) {
                return note(line, .invalid, "`evaluations` must be an array, got \(stated.kindName)")
            }
            return add(request: .object(members.filter { $0.key != "evaluations" }), line, &writer)
        }
        for member in members where member.key != "evaluations" && !Self.parts.contains(member.key) {
            note(unmapped: member.key)
        }
        let defaults = members.filter { Self.parts.contains($0.key) }
        for (index, evaluation) in evaluations.enumerated() {
            guard case .object(let own) = evaluation else {
                note(line, .invalid, "`evaluations[\(index + 1)]` must be an object, got \(evaluation.kindName)")
                continue
            }
            let inherited = defaults.filter { part in !own.contains { $0.key == part.key } }
            add(request: .object(own + inherited), line, &writer, place: "evaluations[\(index + 1)]: ")
        }
    }

    private mutating func add(
        request json: JSON, _ line: Int, _ writer: inout JSONWriter, place: String = ""
    ) {
        guard let request = valid(json, line, place: place) else { return }
        for path in request.ignored { note(unmapped: path) }
        guard case .object(let members) = json else { return }
        writer.object { writer in
            for part in Self.parts {
                if let value = members.first(where: { $0.key == part })?.value {
                    writer.member(part.text, value: value)
                }
            }
        }
        writer.newline()
        requests += 1
        if json.stated("expected") == nil { undecided += 1 }
    }

    private mutating func valid(
        _ json: JSON, _ line: Int, place: String = ""
    ) -> AuthorizationRequest? {
        do throws(RequestError) {
            let request = try AuthorizationRequest(json: json, now: Instant(microseconds: 0))
            try request.checkSupported()
            return request
        } catch {
            let hint = format == .opa && mapping == nil ? ": say with `--map` which request an event stands for" : ""
            note(line, .invalid, place + error.message + hint)
            return nil
        }
    }

    // MARK: OPA

    /// Adds the request of an event of OPA's decision log (OPA documentation, "Decision Logs": `input`, `result`,
    /// `timestamp`, `bundles`, and in `erased` and `masked` the JSON Pointers of what was hidden).
    private mutating func addDecision(_ event: JSON, _ line: Int, _ writer: inout JSONWriter) {
        guard case .object = event, event["decision_id"] != nil || event["input"] != nil else {
            return note(line, .other, "it is no event of a decision: it has neither `decision_id` nor `input`")
        }
        if let error = event.stated("error") {
            return note(line, .other, "OPA failed to decide: \(error["message"]?.string ?? error.compact)")
        }
        let mapping = mapping ?? .evaluation
        let (json, used) = mapping.request(of: event)
        if let hidden = Self.hidden(event, used) { return note(line, .masked, "OPA hid `\(hidden)`") }
        guard var request = valid(json, line) else { return }
        let verdict = decision.map { $0.value(in: event) } ?? Self.verdict(event)
        var known =
            used + [["timestamp"], ["bundles"], ["revision"], ["erased"], ["masked"]].map(JSONPath.init(names:))
        known.append(decision ?? JSONPath(names: ["result"]))
        noteUnmapped(event, at: JSONPath(names: []), known)
        for path in request.ignored { note(unmapped: path) }
        requests += 1
        guard case .boolean(let isPermitted)? = verdict,
            let time = event["timestamp"]?.string.flatMap({ Instant($0) })
        else {
            undecided += 1
            writer.value(json)
            writer.newline()
            return
        }
        request.now = time
        var decision = Decision(isPermitted: isPermitted, code: DecisionRecord.importedCode)
        decision.version = Self.version(event)
        DecisionLog.line(request, decision, nanoseconds: 0, masked: [], into: &writer)
    }

    /// The result of OPA, or the `decision` in it, as policies for AuthZEN have it.
    private static func verdict(_ event: JSON) -> JSON? {
        guard let result = event["result"] else { return nil }
        if case .object = result { return result["decision"] }
        return result
    }

    /// The revisions of the bundles that decided.
    private static func version(_ event: JSON) -> String {
        var revisions = [event["revision"]?.string].compactMap(\.self)
        if case .object(let bundles)? = event["bundles"] {
            revisions += bundles.compactMap { bundle in bundle.value["revision"]?.string.map { "\(bundle.key) \($0)" } }
        }
        return (["opa"] + revisions).joined(separator: " ")
    }

    /// The first part of an event that OPA hid and that a request is made of; `nil` where there is none.
    private static func hidden(_ event: JSON, _ used: [JSONPath]) -> String? {
        for member in ["erased", "masked"] as [ExactName] {
            guard case .array(let pointers)? = event.stated(member) else { continue }
            for pointer in pointers.compactMap(\.string)
            where used.contains(where: { $0.touches(JSONPath(pointer: pointer)) }) {
                return pointer
            }
        }
        return nil
    }

    /// Notes what no path uses: a member as a whole, where nothing inside it is used.
    private mutating func noteUnmapped(_ json: JSON, at path: JSONPath, _ known: [JSONPath]) {
        if known.contains(where: { path.begins(with: $0) }) { return }
        guard known.contains(where: { $0.begins(with: path) }) else { return note(unmapped: ExactName(path.text)) }
        switch json {
        case .object(let members):
            for member in members { noteUnmapped(member.value, at: path.appending(.name(member.key)), known) }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                noteUnmapped(element, at: path.appending(.element(index)), known)
            }
        default: break
        }
    }
}
