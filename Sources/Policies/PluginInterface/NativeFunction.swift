package import Model

/// A function that the host computes. Its result depends on its arguments, the snapshot, and the circumstances that it
/// reads.
package protocol NativeFunction: Sendable {
    /// Without the capability's name.
    var name: ExactName { get }
    /// One sentence.
    var about: String { get }
    var parameters: [PluginFunction.Parameter] { get }
    var result: PluginFunction.Result { get }
    /// The tables that it must be given, each by its required columns.
    var tables: [[PluginTable.Column]] { get }
    /// True when it tests whether an address, the second argument, is in a network, the first. With a constant network,
    /// the expression is then that of `ip:is_within`.
    var isNetworkTest: Bool { get }

    /// Does once the work that is the same for every request.
    /// - Parameters:
    ///   - fixed: for each argument, its value when it is a constant or a setting, else `nil`.
    ///   - tenant: the tenant whose settings they are; `nil` while only constants are known.
    /// - Throws: the fault of a fixed value, in words.
    func prepare(
        _ fixed: [Value?], tables: [PluginTable], tenant: ExactName?
    ) throws(NativeFault) -> PreparedFunction
}

extension NativeFunction {
    package var tables: [[PluginTable.Column]] { [] }
    package var isNetworkTest: Bool { false }
}

/// Computes a value of the function's result type, or a failure, from all arguments.
package typealias PreparedFunction = @Sendable (_ arguments: [Value], _ circumstances: Circumstances) -> Value

/// The circumstances of a request that a function of the host can see; each one that it reads is noted.
package final class Circumstances {
    private let now: Instant
    private let localZone: Zone
    private(set) var reads = ReadSet()

    /// - Parameter request: the request that the circumstances are of.
    @unsafe init(_ request: UnsafeMutablePointer<ResolvedRequest>) {
        unsafe now = request.pointee.now
        let tenant = unsafe request.pointee.tenant
        unsafe localZone = tenant < 0 ? .utc : request.pointee.directory.tenants[tenant].zone
    }

    /// The start of the current minute; nothing finer is disclosed.
    package var minute: Instant {
        reads.insert(ResolvedRequest.Place.minute)
        let length: Int64 = 60_000_000
        let past = ((now.microseconds % length) + length) % length
        return Instant(microseconds: now.microseconds - past)
    }

    /// The time zone of the request's tenant.
    package var zone: Zone {
        reads.insert(ResolvedRequest.Place.tenant)
        return localZone
    }
}

/// The fault of an argument, in words.
package struct NativeFault: Error {
    package let message: String

    package init(_ message: String) {
        self.message = message
    }
}
