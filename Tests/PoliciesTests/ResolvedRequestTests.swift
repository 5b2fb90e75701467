import Testing

@testable import Model
@testable import Policies

@Suite struct RequestTests {
    /// Two evaluators that are lent one request number its times each on its own.
    @Test func `a time that is set anew has no number`() {
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

    @Test func `a cell has a code where its number is all there is to it`() {
        #expect(PackedValue.absent.code != PackedValue.uncoded)
        #expect(PackedValue(.department, 7).code != PackedValue(.user, 7).code)
        #expect(PackedValue(.department, 7).code != PackedValue(.department, 8).code)
        #expect(PackedValue(.integer, 7).code == PackedValue.uncoded)
        #expect(PackedValue(.text, bits: 7).code == PackedValue.uncoded)
        #expect(PackedValue(.token, 1 << 27).code == PackedValue.uncoded)
        #expect(PackedValue(.token, -1).code == PackedValue.uncoded)
    }

    /// What lies behind a request's texts is what others left.
    @Test func `a request that is filled again has its own texts only`() {
        var request = ResolvedRequest(kind: .access, directory: .empty, propertyCount: 2, now: Instant(microseconds: 0))
        let (first, second) = (ResolvedRequest.Place.count, ResolvedRequest.Place.count + 1)
        request.put(.string(String(repeating: "long ", count: 40)), at: first)
        request.clear()
        request.put(.string(""), at: first)
        request.put(.string("é"), at: second)
        #expect(request.value(at: first).equals(.string("")))
        #expect(request.value(at: second).equals(.string("é")))
    }
}
