import Model
import Testing

@Suite struct TokenIDTests {
    @Test func `every byte is either a digit or not`() throws {
        let good = Array("00112233445566778899aAbBcCdDeEfF".utf8)
        let id = try #require(TokenID(String(decoding: good, as: UTF8.self)))
        #expect(id.description == "00112233445566778899aabbccddeeff")
        for place in good.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = good
                bytes[place] = byte
                let isDigit =
                    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
                let read = unsafe bytes.withUnsafeBytes { unsafe TokenID($0) }
                #expect((read != nil) == isDigit, "byte \(byte)")
                guard let read else { continue }
                let lower = bytes.map { (0x41...0x46).contains($0) ? $0 | 0x20 : $0 }
                #expect(read.description == String(decoding: lower, as: UTF8.self))
            }
        }
    }

    @Test func `another length is not an id`() {
        for count in [0, 31, 33, 64] { #expect(TokenID(String(repeating: "a", count: count)) == nil) }
    }
}
