import Model
import Testing

@Suite struct IPNetworkTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("10.0.0.0/8", "9.255.255.255", false),
        ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false), ("192.168.1.7/32", "192.168.1.7", true),
        ("192.168.1.7/32", "192.168.1.6", false), ("128.0.0.0/1", "200.1.1.1", true),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false), ("::/0", "::1", true),
        ("2001:db8::/96", "2001:db8::1:0:1", false), ("2001:db8::1/128", "2001:db8::1", true),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("10.0.0.0/8", "::ffff:11.1.2.3", false),
        ("::/0", "10.0.0.1", false), ("::/0", "::ffff:10.0.0.1", false), ("::/1", "::ffff:10.0.0.1", false),
    ])
    func `an address is in a network or it is not`(network: String, address: String, isIn: Bool) throws {
        #expect(try IPNetwork(network).contains(#require(IPAddress(address))) == isIn)
        #expect(try IPNetwork(network).description == network)
    }

    @Test(arguments: [
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"), ("::ffff:a00:0/104", "10.0.0.0/8"),
        ("0:0:0:0:0:FFFF:203.0.113.7/128", "203.0.113.7/32"), ("::ffff:0:0/96", "0.0.0.0/0"),
    ])
    func `a network of IPv4 addresses in their IPv6 form is that IPv4 network`(text: String, same: String) throws {
        #expect(try IPNetwork(text) == IPNetwork(same) && IPNetwork(text).description == same)
        #expect(try IPNetwork(text).width == IPNetwork(same).width)
    }

    @Test(arguments: [
        ("10.0.0.1", "10.0.0.1/32"), ("::1", "::1/128"), ("::ffff:10.0.0.1", "10.0.0.1/32"),
    ])
    func `a single address is a network`(text: String, same: String) throws {
        #expect(try IPNetwork(text) == IPNetwork(same) && IPNetwork(text).description == same)
    }

    @Test func `a network is in another when all its addresses are`() throws {
        #expect(try IPNetwork("10.0.0.0/8").contains(IPNetwork("10.1.0.0/16")))
        #expect(try !IPNetwork("10.1.0.0/16").contains(IPNetwork("10.0.0.0/8")))
        #expect(try !IPNetwork("::/0").contains(IPNetwork("10.0.0.0/8")))
    }

    @Test(arguments: [
        ("10.0.0.1/8", "write `10.0.0.0/8`"), ("10.0.0.x", "a prefix length"), ("10.0.0.0/33", "from 0 to 32"),
        ("10.0.0.0/08", "from 0 to 32"), ("10.0.0.0/-1", "from 0 to 32"), ("2001:db8::/129", "from 0 to 128"),
        ("10.0.0/8", "an address"), ("", "an address"), ("10.0.0.0/8/8", "an address"),
        ("2001:db8::1/32", "write `2001:db8::/32`"), ("::ffff:10.0.0.0/95", "from 96 to 128"),
        ("::ffff:10.0.0.0/8", "`10.0.0.0/0` to `10.0.0.0/32`"), ("::ffff:10.0.0.1/104", "write `10.0.0.0/8`"),
        ("10.0.0.0\u{0}/8", "an address"), ("10.0.0.0/8\u{0}", "from 0 to 32"), ("10.0.0.0 /8", "an address"),
        ("fe80::1%eth0/64", "an address"), ("010.0.0.0/8", "an address"), ("10.0.0.0/+8", "from 0 to 32"),
    ])
    func `an invalid network is refused with a reason`(text: String, words: String) {
        let error = #expect(throws: IPNetworkError.self) { try IPNetwork(text) }
        #expect(error?.message.contains(words) == true)
    }
}
