internal import Files

/// The file that a run writes its report to, opened before the run: a path that cannot be written fails before any
/// work, and a confined process can still write to the open file. It is empty until the run ends.
final class ReportFile {
    private let path: String
    private let file: OpenFile

    init(_ path: String) throws(CommandError) {
        self.path = path
        do throws(FileError) { file = try OpenFile(path, for: .overwriting(mode: 0o644)) } catch {
            throw CommandError(error)
        }
    }

    func write(_ text: String) throws(CommandError) {
        do throws(FileError) { try file.write(Array(text.utf8)) } catch {
            throw CommandError("`\(path)` was not written completely: \(error.reason)")
        }
    }
}
