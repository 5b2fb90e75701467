internal import Files
internal import Policies

/// The policies that came with the program: those beside an installed one, or in the checkout it was built in.
///
/// They are used only where they are named. A service that starts in the wrong folder must fail, not decide by policies
/// that nobody chose.
enum ShippedPolicies {
    /// The value of `--policies` that names them.
    static let word = "@shipped"

    /// Their folder; the plugins are beside it.
    static func folder() throws(CommandError) -> String {
        guard let folder = found(from: File.program) else {
            throw CommandError(
                "the shipped policies are not beside this program: `make install` puts them into `share/demilune`",
                status: ExitStatus.policies)
        }
        return folder
    }

    /// - Parameter program: the program's own file, from the root.
    static func found(from program: String?) -> String? {
        guard let program else { return nil }
        let parts = program.split(separator: "/").map(String.init)
        var prefixes = [parts.dropLast(2) + ["share", "demilune"]]
        if let build = parts.lastIndex(of: ".build") { prefixes.append(parts.prefix(upTo: build) + []) }
        return prefixes.map { "/" + ($0 + ["policies"]).joined(separator: "/") }
            .first { File.exists("\($0)/\(PolicyFile.schema)") }
    }
}
