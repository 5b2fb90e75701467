package import Model
package import Policies

/// What a sink keeps of a decision, in words of its plugin; where it goes is another's. One thread only.
package struct SinkRecord {
    /// A sink as a manifest declares it.
    package struct Declared: Sendable {
        package let name: ExactName
        package let about: String
        /// Whether it writes to the system's log, and no file.
        package let isSystem: Bool
        /// How large a file may become before it is put aside, and how many are kept then.
        let mostBytes: Int
        let kept: Int
        /// Of the functions, in the table that `plugin.lua` returns; `nil` where it has none.
        let keep: String?
        let line: String?

        /// Where it writes, in words.
        var place: String {
            guard !isSystem else { return "the system's log" }
            let older = kept == 0 ? "none older is kept" : kept == 1 ? "one older is kept" : "\(kept) older are kept"
            return "a file of at most \(mostBytes >> 20) MiB, \(older)"
        }
    }

    private static let mostLineBytes = 65_536

    let declared: Declared
    private let session: PluginSession

    /// - Parameter name: `plugin.sink`.
    /// - Throws: what is wrong, in words.
    package init(_ name: ExactName, _ loaded: PluginLoader.Loaded, schema: Schema) throws(PluginCommandError) {
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

    /// The line that is kept of a decision; `nil` for none.
    /// - Parameter line: of a decision log, a JSON object.
    /// - Throws: when a function fails or gives what it should not, in words.
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
                    throw odd("`keep` says true or false, got \(answer.kindName)")
                }
                if !isKept { return nil }
            }
            guard let path = declared.line else { return line }
            guard case .string(let text) = try session.call(path, [.document(json)]) else {
                throw odd("`line` returns a text")
            }
            // One decision is one line, whatever is in it.
            return Array(text.utf8.prefix(Self.mostLineBytes).map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 })
        } catch let error as PluginCommandError {
            throw error
        } catch let error as NativeFault {
            throw odd(error.message)
        } catch { throw odd("\(error)") }
    }
}
