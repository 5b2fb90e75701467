internal import Engine
package import Model
package import Policies

/// The formatter of a sink: turns a decision into the line that the plugin keeps, and writes nothing. One thread only.
package struct SinkRecord {
    /// A sink as a manifest declares it.
    package struct Declared: Sendable {
        package let name: ExactName
        package let about: String
        /// True when it writes to the system's log instead of a file.
        package let isSystem: Bool
        /// The size at which a file is rotated, and the number of older files that are kept.
        let mostBytes: Int
        let kept: Int
        /// The paths of the functions in the table that `plugin.lua` returns; `nil` when it has none.
        let keep: String?
        let line: String?

        /// The target of its output, in words.
        var place: String {
            guard !isSystem else { return "the system's log" }
            let older =
                kept == 0 ? "no older file is kept" : "\(counted(kept, "older file")) \(kept == 1 ? "is" : "are") kept"
            return "a file of at most \(mostBytes >> 20) MiB, \(older)"
        }
    }

    private static let mostLineBytes = 65_536

    let declared: Declared
    private let session: PluginSession

    /// - Parameter name: the plugin's and the sink's name: `plugin.sink`.
    /// - Throws: an error that describes what is wrong.
    package init(_ name: ExactName, _ loaded: LoadedPlugins, schema: Schema) throws(PluginCommandError) {
        let all = loaded.extras.flatMap { plugin, extras in extras.sinks.map { (plugin, $0) } }
        guard let (plugin, sink) = all.first(where: { "\($0.0).\($0.1.name)" == name }) else {
            let hint = Suggestion.hint(for: name, among: all.map { "\($0.0).\($0.1.name)" })
            throw PluginCommandError("no plugin has a sink `\(name)`\(hint)")
        }
        declared = sink
        do throws(PolicyError) { session = try PluginSession(plugin, of: loaded.set, schema: schema) } catch {
            throw PluginCommandError(error.message)
        }
    }

    /// The line to keep of a decision; `nil` for none.
    /// - Parameter line: a line of a decision log, a JSON object.
    /// - Throws: when a function fails or returns a wrong type.
    package func text(of line: [UInt8]) throws(PluginCommandError) -> [UInt8]? {
        guard declared.keep != nil || declared.line != nil else { return line }
        func odd(_ message: String) -> PluginCommandError {
            PluginCommandError("the sink `\(declared.name)`: \(message)")
        }
        do {
            let json = try JSONReader.parse(request: line)
            if let keep = declared.keep {
                let answer = try session.call(keep, [.document(json)])
                guard case .boolean(let isKept) = answer else {
                    throw odd("`keep` must return true or false, got \(answer.kindName)")
                }
                if !isKept { return nil }
            }
            guard let path = declared.line else { return line }
            guard case .string(let text) = try session.call(path, [.document(json)]) else {
                throw odd("`line` must return a string")
            }
            // One decision is always one line.
            return Array(text.utf8.prefix(Self.mostLineBytes).map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 })
        } catch let error as PluginCommandError {
            throw error
        } catch let error as NativeFault {
            throw odd(error.message)
        } catch { throw odd("\(error)") }
    }
}
