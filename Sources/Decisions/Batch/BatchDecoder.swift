internal import Model

/// Decodes those lines of a batch that the fast reader leaves alone.
struct BatchDecoder {
    /// The tenant of a request that names none.
    private let tenant: ExactName?
    private let now: Instant
    private let trustTime: Bool

    init(_ options: BatchOptions) {
        tenant = options.tenant
        now = options.now
        trustTime = options.trustTime
    }

    /// True for a line of spaces, tabs and carriage returns: it asks nothing.
    static func isBlank(_ line: UnsafeRawBufferPointer) -> Bool {
        guard line.count <= BlockReader.longestLine else { return false }
        for index in 0..<line.count {
            switch unsafe line[index] {
            case 0x20, 0x09, 0x0D: continue
            default: return false
            }
        }
        return true
    }

    /// Reads the JSON of a line; `nil` for a line that was too long to keep.
    /// - Throws: for what is not JSON, or longer than 1 MiB.
    func read(_ line: UnsafeRawBufferPointer?) throws(RequestError) -> JSON {
        guard let line = unsafe line, line.count <= BlockReader.longestLine else {
            throw RequestError("the line is longer than 1 MiB", property: "")
        }
        let bytes = unsafe Array(line)
        do throws(JSONError) { return try JSONReader.parse(request: bytes) } catch {
            throw RequestError("invalid JSON: \(error.message) at column \(error.column)", property: "")
        }
    }

    /// The request that the JSON of a line makes, of the batch's tenant where it names none. The request in a line of a
    /// decision log is decided at the time of the batch, or at its own where times are trusted.
    /// - Throws: also for a logged request that is masked.
    func request(_ json: JSON) throws(RequestError) -> AuthorizationRequest {
        var request: AuthorizationRequest
        if DecisionRecord.isRecord(json) {
            request = try DecisionRecord(replayable: json).question
            if !trustTime { request.now = now }
        } else {
            request = try AuthorizationRequest(json: json, now: now, trustTime: trustTime)
        }
        if request.tenant == nil { request.tenant = tenant }
        return request
    }

    /// The decision that a line expects: that of the line, where it is one of a decision log.
    static func expected(_ json: JSON) -> JSON? {
        json.stated("expected") ?? (DecisionRecord.isRecord(json) ? json.stated("decision") : nil)
    }
}
