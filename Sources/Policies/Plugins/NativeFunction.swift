package import Model

/// A function that the host computes: what it comes to follows from its arguments, the snapshot and what it `reads`.
package protocol NativeFunction: Sendable {
    /// Without the capability's name.
    var name: ExactName { get }
    /// One sentence.
    var about: String { get }
    var parameters: [PluginFunction.Parameter] { get }
    var result: PluginFunction.Result { get }
    /// The tables it must be given, each by the columns it has to have.
    var tables: [[PluginTable.Column]] { get }
    var reads: NativeReads { get }
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
    package var reads: NativeReads { [] }
    package var isNetworkTest: Bool { false }
}

/// Computes a value of the function's result type, or a failure, from all arguments.
package typealias PreparedFunction = @Sendable (_ arguments: [Value], _ circumstances: Circumstances) -> Value

/// What a native function reads beside its arguments.
package struct NativeReads: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The minute that it is, and nothing finer.
    package static let minute = NativeReads(rawValue: 1)
    /// The tenant, or its zone.
    package static let tenant = NativeReads(rawValue: 2)
}

/// What a native function can see of a request.
package struct Circumstances {
    package let now: Instant
    /// The tenant's.
    package let zone: Zone
    package let tenant: ExactName?
    package let directory: Directory
}

/// What is wrong with an argument, in words.
package struct NativeFault: Error {
    package let message: String

    package init(_ message: String) {
        self.message = message
    }
}
