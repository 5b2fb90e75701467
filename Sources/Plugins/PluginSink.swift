internal import CSystem
internal import Glibc
internal import Model
package import Policies

/// What a plugin does with decisions once they are made: keeps some of them, in words of its own, in a file or in the system's
/// log. One thread only.
package final class PluginSink {
    /// As a manifest declares it.
    package struct Declared: Sendable {
        package let name: String
        package let about: String
        /// Whether it writes to the system's log, and no file.
        package let isSystem: Bool
        /// How large a file may become before it is put aside, and how many are kept then.
        let mostBytes: Int
        let kept: Int
        /// Of the functions, in the table that `plugin.lua` returns; `nil` where it has none.
        let keep: String?
        let line: String?
    }

    private static let mostLineBytes = 65_536

    private let declared: Declared
    private let session: PluginSession
    private let path: String
    private var descriptor: Int32 = -1
    private var size = 0

    /// - Parameters:
    ///   - name: `plugin.sink`.
    ///   - path: the file; empty for the system's log.
    /// - Throws: what is wrong, in words.
    package init(_ name: String, _ path: String, _ loaded: PluginLoader.Loaded, schema: Schema)
        throws(PluginCommandError)
    {
        let all = loaded.extras.flatMap { plugin, extras in extras.sinks.map { (plugin, $0) } }
        guard let (plugin, sink) = all.first(where: { "\($0.0).\($0.1.name)" == name }) else {
            let hint = Suggestion.hint(for: name, among: all.map { "\($0.0).\($0.1.name)" })
            throw PluginCommandError("no plugin has a sink `\(name)`\(hint)")
        }
        guard sink.isSystem == path.isEmpty else {
            throw PluginCommandError(
                sink.isSystem
                    ? "the sink `\(name)` writes to the system's log, and to no file"
                    : "say where it writes: `\(name)=FILE`")
        }
        declared = sink
        self.path = path
        do throws(PolicyError) { session = try PluginSession(plugin, of: loaded.set, schema: schema) } catch {
            throw PluginCommandError(error.message)
        }
        if !sink.isSystem { try open() }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Takes lines of a decision log, each a JSON object.
    /// - Throws: when a function fails or nothing can be written: what is to be kept must not be lost in silence.
    package func take(_ lines: [UInt8]) throws(PluginCommandError) {
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            let text = try text(of: Array(line))
            if let text { try write(text) }
        }
    }

    /// What is kept of a decision; `nil` for nothing.
    private func text(of line: [UInt8]) throws(PluginCommandError) -> [UInt8]? {
        guard declared.keep != nil || declared.line != nil else { return line }
        do {
            let json = try JSONReader.parse(line)
            if let keep = declared.keep {
                let answer = try session.call(keep, [.document(json)])
                guard case .boolean(let isKept) = answer else {
                    throw PluginCommandError(
                        "the sink `\(declared.name)`: `keep` says true or false, got \(answer.kindName)")
                }
                if !isKept { return nil }
            }
            guard let path = declared.line else { return line }
            guard case .string(let text) = try session.call(path, [.document(json)]) else {
                throw PluginCommandError("the sink `\(declared.name)`: `line` returns a text")
            }
            // One decision is one line, whatever is in it.
            return Array(text.utf8.prefix(Self.mostLineBytes).map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 })
        } catch let error as PluginCommandError {
            throw error
        } catch let error as NativeFault {
            throw PluginCommandError("the sink `\(declared.name)`: \(error.message)")
        } catch { throw PluginCommandError("the sink `\(declared.name)`: \(error)") }
    }

    private func write(_ text: [UInt8]) throws(PluginCommandError) {
        if declared.isSystem {
            let line = text.map { CChar(bitPattern: $0) } + [0]
            unsafe csystem_log("demilune", line)
            return
        }
        if size > 0, size + text.count + 1 > declared.mostBytes { try rotate() }
        let line = text + [UInt8(ascii: "\n")]
        var offset = 0
        while offset < line.count {
            let count = unsafe line.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress! + offset, $0.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw fault() }
            offset += count
        }
        size += line.count
    }

    private func open() throws(PluginCommandError) {
        descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        var status = stat()
        guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0 else { throw fault() }
        size = Int(status.st_size)
    }

    /// `a.log` becomes `a.log.1`, that `a.log.2` …; the oldest is given up.
    private func rotate() throws(PluginCommandError) {
        for number in stride(from: declared.kept - 1, to: 0, by: -1) {
            unsafe rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        guard unsafe declared.kept == 0 ? unlink(path) == 0 : rename(path, "\(path).1") == 0 else { throw fault() }
        close(descriptor)
        descriptor = -1
        try open()
    }

    private func fault() -> PluginCommandError {
        PluginCommandError("cannot write `\(path)`: \(unsafe String(cString: strerror(errno)))")
    }
}
