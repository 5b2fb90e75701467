import Model
import Testing

@testable import Decisions
@testable import Engine
@testable import Policies

/// The fast and the full reader of one schema.
struct ReaderPair {
    let schema: Schema
    let directory: Directory
    private let reader: RequestLineReader
    private let now = Instant("2026-06-01T12:00:00Z")!

    init?(schema: Schema, directory: Directory) {
        guard let reader = RequestLineReader(schema: schema) else { return nil }
        (self.schema, self.directory, self.reader) = (schema, directory, reader)
    }

    /// The full reader's result: `nil` for an invalid request, the code of a deny, or the contents of a request.
    func slow(_ line: [UInt8], tenant: Int?) -> String? {
        guard let json = try? JSONReader.parse(request: line),
            var question = try? AuthorizationRequest(json: json, now: now)
        else {
            return nil
        }
        if question.tenant == nil { question.tenant = tenant.map { directory.tenants[$0].id } }
        var builder = RequestBuilder(schema: schema, directory: directory)
        switch try? builder.build(question) {
        case nil: return nil
        case .deny(let code)?: return code
        case .request(let request)?: return words(request)
        }
    }

    private func words(_ request: ResolvedRequest) -> String {
        let places = Array(ResolvedRequest.Place.subjectType...ResolvedRequest.Place.tenant)
        let columns = Array(ResolvedRequest.Place.count..<request.packedValues.count)
        let token = request.token(.token)?.id.description ?? "none"
        return (places + columns).map { place in
            // Compares the bits: -0.0 is not 0, and 1 is not 1.0.
            let cell = request.packedValues[place]
            let bits = cell.kind == .number ? "\(cell.bits)" : ""
            return "\(cell.kind)\(bits) \(request.value(at: place))"
        }.joined(separator: "; ") + "; \(token) \(request.tenant)"
    }

    /// Compares the fast reader with the full one.
    /// - Returns: true when the fast reader handled the line.
    @discardableResult func check(_ line: [UInt8], tenant: Int? = nil) -> Bool {
        let padded = line + [UInt8](repeating: 0x20, count: RequestLineReader.padding)
        var request = ResolvedRequest(kind: .access, directory: directory, propertyCount: schema.layout.count, now: now)
        let reading = unsafe padded.withUnsafeBytes { bytes in
            unsafe reader.read(
                UnsafeRawBufferPointer(rebasing: bytes[..<line.count]), on: directory, tenant: tenant, now: now,
                into: &request)
        }
        let told: String
        switch reading {
        case .unsure: return false
        case .deny(let code): told = code
        case .request: told = words(request)
        }
        let slow = slow(line, tenant: tenant)
        #expect(told == slow, "\(String(decoding: line, as: UTF8.self)): quick \(told), slow \(slow ?? "400")")
        return true
    }
}
