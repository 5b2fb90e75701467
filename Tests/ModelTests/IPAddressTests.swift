import Model
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        "203.0.113.7", "::ffff:203.0.113.7", "::FFFF:203.0.113.7", "::ffff:cb00:7107", "::ffff:CB00:7107",
        "0:0:0:0:0:ffff:203.0.113.7", "0000:0000:0000:0000:0000:ffff:cb00:7107",
    ])
    func `every form of an IPv4 address is that address`(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address == IPAddress(version4: 0xCB00_7107) && !address.isVersion6)
        #expect(address.description == "203.0.113.7")
        #expect(Set([address]).contains(try #require(IPAddress("203.0.113.7"))))
    }

    @Test(arguments: [
        ("::1", "::1"), ("2001:DB8:0:0::1", "2001:db8::1"), ("::10.0.0.1", "::10.0.0.1"),
        ("64:ff9b::10.0.0.1", "64:ff9b::a00:1"), ("::ffff:0:10.0.0.1", "::ffff:0:a00:1"), ("fe80::1", "fe80::1"),
    ])
    func `other IPv6 addresses are not IPv4 addresses`(text: String, written: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.isVersion6 && address.description == written)
        #expect(IPAddress(written) == address)
    }

    @Test(arguments: [
        "203.0.113.8\u{0}, 203.0.113.7", "203.0.113.8\u{0}", "\u{0}203.0.113.8", "::1\u{0}", "203.0.113.7 ",
        " 203.0.113.7",
        "203.0.113.7, 10.0.0.1", "203.0.113.7/32", "203.0.113.7:80", "[::1]", "fe80::1%eth0", "fe80::1%1", "010.0.0.1",
        "10.0.0.01", "::ffff:010.0.0.1", "0x0a.0.0.1", "0xa000001", "167772161", "10.1", "10.0.0.256", "1.2.3.4.5", "",
        "::ffff:1.2.3.4.5", ":::", "12345::", "1:2:3:4:5:6:7", "１０.0.0.1", "10。0。0。1", "localhost",
    ])
    func `an address with trailing text is refused`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `both readers of addresses agree`() {
        for text in [
            "0.0.0.0", "255.255.255.255", "1.02.3.4", "1.2.3", "1.2.3.4\u{0}", "1..2.3", "::ffff:1.2.3.4", "1.2.3.0",
        ] {
            let quick = unsafe Array(text.utf8).withUnsafeBytes { bytes in unsafe IPAddress(bytes) }
            if let quick { #expect(quick == IPAddress(text)) }
        }
    }
}
