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
    /// True once the function has read the minute.
    package private(set) var hasReadMinute = false
    /// True once the function has read the time zone.
    package private(set) var hasReadZone = false

    /// - Parameter zone: the time zone of the request's tenant.
    package init(now: Instant, zone: Zone) {
        (self.now, localZone) = (now, zone)
    }

    /// The start of the current minute; nothing finer is disclosed.
    package var minute: Instant {
        hasReadMinute = true
        let length: Int64 = 60_000_000
        let past = ((now.microseconds % length) + length) % length
        return Instant(microseconds: now.microseconds - past)
    }

    /// The time zone of the request's tenant.
    package var zone: Zone {
        hasReadZone = true
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
