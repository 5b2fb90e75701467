internal import Decisions
internal import Files
internal import Model

extension Verb {
    /// `requests import`: makes requests from what other programs recorded.
    static let requestsImport = Verb(
        name: "requests import", summary: "makes requests from AuthZEN requests, or from a decision log of OPA",
        positionals: [.init(name: "FILE", help: "JSON: objects, one a line or in an array")],
        options: [Option.from, Option.map, Option.decisionPath],
        uses: .nothing,
        details: [
            "authzen: evaluation requests; one with `evaluations` becomes several. `batch` decides them.",
            "opa: events with a result become lines of a decision log, which `replay` and `batch --expect` compare. Where the input is "
                + "no evaluation request, --map names a JSON file with one, in which \"$.input.user\" stands for a part of the event.",
            "exit status: 0 done, 1 events were left out, 64 wrong usage",
        ],
        examples: [
            "requests import requests.json --from authzen | demilune batch",
            "requests import opa.ndjson --from opa --map map.json > opa-log.ndjson",
        ],
        run: { invocation throws(CommandError) in
            guard let format = invocation[.from] else { throw .usage("missing required option --from: authzen or opa") }
            let mapping = try mapping(invocation)
            guard format == .opa || mapping == nil && invocation[.decisionPath] == nil else {
                throw .usage("`--map` and `--decision` are for `--from opa`")
            }
            var result = RequestImport(format, mapping: mapping, decision: invocation[.decisionPath])
            try read(invocation.positionals[0], into: &result, invocation)
            guard result.events > 0 else { throw CommandError("`\(invocation.positionals[0])` has no request") }
            tell(result, format, invocation.terminal)
            return result.omitted.isEmpty ? ExitStatus.done : ExitStatus.failure
        })

    private static func mapping(_ invocation: Invocation) throws(CommandError) -> RequestMapping? {
        guard let path = invocation[.map] else { return nil }
        do { return try RequestMapping(try JSONReader.parse(try File.contents(of: path))) } catch let error as JSONError
        {
            throw CommandError(error.message(in: path))
        } catch let error as RequestError {
            throw CommandError("the mapping in `\(path)`: \(error.message)")
        } catch let error as CommandError { throw error } catch { throw CommandError("\(error)") }
    }

    /// The most bytes of a line, and of a file that is one value on several lines.
    private static let most = 1 << 26

    private static func read(
        _ path: String, into result: inout RequestImport, _ invocation: Invocation
    ) throws(CommandError) {
        var writer = JSONWriter()
        var isWhole = false
        func flush(_ least: Int) {
            guard writer.bytes.count > least else { return }
            invocation.terminal.write(writer.bytes)
            writer.reset()
        }
        do throws(FileError) {
            let file = try OpenFile(path, for: .reading)
            // Lines that are no JSON are those of one value that is written on several lines.
            if let first = try firstLine(file), (try? JSONReader.parse(request: first)) == nil,
                let bytes = try? File.read(path, most: most), (try? JSONReader.parse(request: bytes)) != nil
            {
                isWhole = true
                result.add(bytes, number: 1, to: &writer)
            }
            if !isWhole {
                try FileLines.forEach(of: file, most: most) { line in
                    guard line.isTooLong || line.bytes.contains(where: { $0 > 0x20 }) else { return true }
                    // A line of no bytes is no JSON.
                    result.add(Array(line.bytes), number: line.number, to: &writer)
                    flush(1 << 16)
                    return invocation.terminal.isOpen
                }
            }
        } catch { throw CommandError(error) }
        flush(0)
    }

    private static func firstLine(_ file: borrowing OpenFile) throws(FileError) -> [UInt8]? {
        var first: [UInt8]?
        try FileLines.forEach(of: file, most: most) { line in
            guard line.bytes.contains(where: { $0 > 0x20 }) else { return !line.isTooLong }
            first = Array(line.bytes)
            return false
        }
        return first
    }

    private static func tell(_ result: RequestImport, _ format: RequestImport.Format, _ terminal: Terminal) {
        let left = result.omitted.count
        terminal.note(
            "\(counted(result.events, "event")): \(counted(result.requests, "request"))"
                + (left > 0 ? ", \(left) left out" : ""))
        if result.undecided > 0, result.undecided < result.requests || result.omitted.isEmpty {
            let verb = result.undecided == 1 ? "has" : "have"
            terminal.note("\(counted(result.undecided, "request")) \(verb) no decision to compare with")
        }
        for (obstacle, account) in result.omitted.byReason {
            terminal.complain("left out: \(obstacle.words), \(account.words(format == .opa ? "event" : "request"))")
        }
        guard !result.unmapped.isEmpty else { return }
        let paths = result.unmapped.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) (\($0.value))" }
        terminal.note("not in the requests: \(paths.joined(separator: ", "))")
    }
}

extension RequestImport.Obstacle {
    fileprivate var words: String {
        switch self {
        case .unreadable: "not JSON"
        case .other: "no request and no decision"
        case .masked: "hidden by OPA"
        case .invalid: "not a valid request"
        }
    }
}

extension Option<RequestImport.Format?> {
    fileprivate static var from: Self { Self("from", "FORMAT", "authzen or opa") }
}

extension Option<String?> {
    fileprivate static var map: Self {
        Self("map", "FILE", "a request in JSON, whose strings such as \"$.input.user\" are parts of an event of OPA")
    }
}

extension Option<JSONPath?> {
    fileprivate static var decisionPath: Self {
        Self("decision", "PATH", "the place of the decision in an event of OPA, such as $.result.allow", absent: nil) {
            text throws(CommandError) in
            guard let path = JSONPath(text) else {
                throw .usage("`--decision` must be a path such as `$.result.allow`, got `\(text)`")
            }
            return path
        }
    }
}
