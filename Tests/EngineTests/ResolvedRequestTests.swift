import Testing

@testable import Engine
@testable import Model

@Suite struct ResolvedRequestTests {
    /// Two evaluators that use one request number its times independently.
    @Test func `a changed time has no number`() {
        var request = ResolvedRequest(kind: .access, directory: .empty, propertyCount: 0, now: Instant(microseconds: 0))
        request.set(moment: 3)
        let minute = request.packedValues[ResolvedRequest.Place.minute]
        request.now = Instant(microseconds: 0)
        #expect(request.packedValues[ResolvedRequest.Place.moment] == PackedValue(.moment, 3))
        request.now = Instant(microseconds: 60_000_000)
        #expect(request.packedValues[ResolvedRequest.Place.moment] == .absent)
        request.set(moment: 3)
        #expect(request.packedValues[ResolvedRequest.Place.minute] != minute)
    }

    @Test func `a packed value has a code when its number is all of its content`() {
        #expect(PackedValue.absent.code != PackedValue.uncoded)
        #expect(PackedValue(.department, 7).code != PackedValue(.user, 7).code)
        #expect(PackedValue(.department, 7).code != PackedValue(.department, 8).code)
        #expect(PackedValue(.integer, 7).code == PackedValue.uncoded)
        #expect(PackedValue(.text, bits: 7).code == PackedValue.uncoded)
        #expect(PackedValue(.token, 1 << 27).code == PackedValue.uncoded)
        #expect(PackedValue(.token, -1).code == PackedValue.uncoded)
    }

    /// The memory after a request's strings contains those of earlier requests.
    @Test func `a request that is filled again has only its own strings`() {
        var request = ResolvedRequest(kind: .access, directory: .empty, propertyCount: 2, now: Instant(microseconds: 0))
        let (first, second) = (ResolvedRequest.Place.count, ResolvedRequest.Place.count + 1)
        request.put(.string(String(repeating: "long ", count: 40)), at: first)
        unsafe request.refill { _, _ in }
        request.put(.string(""), at: first)
        request.put(.string("é"), at: second)
        #expect(request.value(at: first).equals(.string("")))
        #expect(request.value(at: second).equals(.string("é")))
    }
}
