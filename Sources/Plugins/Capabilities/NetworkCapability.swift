internal import Model
internal import Policies

extension Capabilities {
    /// IPv4 and IPv6 addresses, and networks in prefix notation.
    static let network = capability(
        "network", "Addresses and networks: `10.0.0.0/8`, `2001:db8::/32`.",
        [
            HostedFunction(
                name: "contains", about: "True when a network contains an address.",
                parameters: [.init("network", .string), .init("address", .ip)], result: .init(.boolean),
                isNetworkTest: true,
                body: { fixed, _, _ throws(NativeFault) in
                    let ready = try content(fixed[0]).map { text throws(NativeFault) in try network(text) }
                    return { arguments, _ in
                        guard case .ip(let address) = arguments[1] else { return .absent }
                        if let ready { return .boolean(ready.contains(address)) }
                        guard let text = content(arguments[0]) else { return .absent }
                        do throws(NativeFault) { return .boolean(try network(text).contains(address)) } catch {
                            return .failure(error.message)
                        }
                    }
                }),
            HostedFunction(
                name: "contains_any", about: "True when one of several networks contains an address.",
                parameters: [.init("networks", .list(.string)), .init("address", .ip)], result: .init(.boolean),
                body: { fixed, _, _ throws(NativeFault) in
                    let ready = try fixed[0].map { value throws(NativeFault) in try NetworkList(value) }
                    return { arguments, _ in
                        guard case .ip(let address) = arguments[1] else { return .absent }
                        if let ready { return .boolean(ready.contains(address)) }
                        do throws(NativeFault) {
                            return .boolean(try NetworkList(arguments[0]).contains(address))
                        } catch {
                            return .failure(error.message)
                        }
                    }
                }),
            HostedFunction(
                name: "is_private",
                about:
                    "True for an address of a network that is not routed publicly: RFC 1918, RFC 4193, loopback, link-local.",
                parameters: [.init("address", .ip)], result: .init(.boolean),
                body: { _, _, _ throws(NativeFault) in
                    let networks = try NetworkList(.list(privateNetworks.map(Value.string)))
                    return { arguments, _ in
                        guard case .ip(let address) = arguments[0] else { return .absent }
                        return .boolean(networks.contains(address))
                    }
                }),
        ])

    private static let privateNetworks = [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7", "::1/128",
        "fe80::/10",
    ]

    private static func content(_ value: Value?) -> String? {
        if case .string(let text)? = value { text } else { nil }
    }

    private static func network(_ text: String) throws(NativeFault) -> IPNetwork {
        do throws(IPNetworkError) { return try IPNetwork(text) } catch { throw NativeFault(error.message) }
    }
}

/// A set of networks, grouped by prefix length: a search takes one look-up for each different length.
private struct NetworkList {
    private var prefixes: [IPNetwork.Width: Set<IPAddress>] = [:]

    init(_ value: Value) throws(NativeFault) {
        guard case .list(let items) = value else { throw NativeFault("networks must be a list of strings") }
        for item in items {
            guard case .string(let text) = item else { throw NativeFault("a network must be a string: `10.0.0.0/8`") }
            do throws(IPNetworkError) {
                let network = try IPNetwork(text)
                prefixes[network.width, default: []].insert(network.address)
            } catch { throw NativeFault(error.message) }
        }
    }

    func contains(_ address: IPAddress) -> Bool {
        prefixes.contains { width, networks in
            guard let first = address.first(in: width) else { return false }
            return networks.contains(first)
        }
    }
}
