package import Model

/// A function that the host computes: what it comes to follows from its arguments, the snapshot, and what it reads of its
/// circumstances.
package protocol NativeFunction: Sendable {
    /// Without the capability's name.
    var name: ExactName { get }
    /// One sentence.
    var about: String { get }
    var parameters: [PluginFunction.Parameter] { get }
    var result: PluginFunction.Result { get }
    /// The tables it must be given, each by the columns it has to have.
    var tables: [[PluginTable.Column]] { get }
    /// Whether it asks if an address, the second argument, lies in a network, the first: then the expression is that of
    /// `ip:is_within`, and nothing else is needed.
    var isNetworkTest: Bool { get }

    /// Does once what does not change from request to request.
    /// - Parameters:
    ///   - fixed: for each argument its value where that is a constant or a setting, else nothing.
    ///   - tenant: whose settings they are; `nil` while only constants are known.
    /// - Throws: what is wrong with a fixed value, in words.
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

/// The circumstances of a request that a function of the host can see; each that it looks at is noted.
package final class Circumstances {
    private let now: Instant
    private let localZone: Zone
    private(set) var reads = ReadSet()

    /// - Parameter request: whose they are.
    @unsafe init(_ request: UnsafeMutablePointer<ResolvedRequest>) {
        unsafe now = request.pointee.now
        let tenant = unsafe request.pointee.tenant
        unsafe localZone = tenant < 0 ? .utc : request.pointee.directory.tenants[tenant].zone
    }

    /// The beginning of the minute that it is: nothing finer is told.
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

/// What is wrong with an argument, in words.
package struct NativeFault: Error {
    package let message: String

    package init(_ message: String) {
        self.message = message
    }
}
