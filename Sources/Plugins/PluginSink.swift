internal import CSystem
internal import Files
package import Model
package import Policies

/// A plugin's sink of decisions: it writes some of them, in the plugin's own format, to a file or to the system's log.
/// One thread only.
package final class PluginSink {
    private let record: SinkRecord
    private let path: String
    // INVARIANT: only a sink that writes to the system's log has no file.
    private var file: OpenFile?
    private var size = 0

    /// - Parameters:
    ///   - name: the plugin's and the sink's name: `plugin.sink`.
    ///   - path: the file; empty for the system's log.
    /// - Throws: an error that describes what is wrong.
    package init(_ name: ExactName, _ path: String, _ loaded: LoadedPlugins, schema: Schema)
        throws(PluginCommandError)
    {
        record = try SinkRecord(name, loaded, schema: schema)
        let isSystem = record.declared.isSystem
        guard isSystem == path.isEmpty else {
            throw PluginCommandError(
                isSystem
                    ? "the sink `\(name)` writes to the system's log, not to a file"
                    : "missing file for the sink `\(name)`: write `\(name)=FILE`")
        }
        self.path = path
        if !isSystem { try open() }
    }

    /// Takes lines of a decision log, each a JSON object.
    /// - Throws: when a function fails or nothing can be written, so that no record is lost silently.
    package func take(_ lines: [UInt8]) throws(PluginCommandError) {
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            if let text = try record.text(of: Array(line)) { try write(text) }
        }
    }

    private func write(_ text: [UInt8]) throws(PluginCommandError) {
        if record.declared.isSystem {
            let line = text.map { CChar(bitPattern: $0) } + [0]
            unsafe csystem_log("demilune", line)
            return
        }
        if size > 0, size + text.count + 1 > record.declared.mostBytes { try rotate() }
        let line = text + [UInt8(ascii: "\n")]
        do throws(FileError) { try file!.write(line) } catch { throw fault(error) }
        size += line.count
    }

    private func open() throws(PluginCommandError) {
        do throws(FileError) {
            let opened = try OpenFile(path, for: .appending(mode: 0o600))
            size = try opened.status().size
            file = consume opened
        } catch { throw fault(error) }
    }

    /// Renames `a.log` to `a.log.1`, that to `a.log.2` …, and drops the oldest.
    private func rotate() throws(PluginCommandError) {
        for number in stride(from: record.declared.kept - 1, to: 0, by: -1) {
            try? File.rename("\(path).\(number)", to: "\(path).\(number + 1)")
        }
        do throws(FileError) {
            if record.declared.kept == 0 { try File.remove(path) } else { try File.rename(path, to: "\(path).1") }
        } catch { throw fault(error) }
        try open()
    }

    private func fault(_ error: FileError) -> PluginCommandError {
        PluginCommandError("cannot write `\(path)`: \(error.reason)")
    }
}
