internal import Glibc

/// The file that a run writes its report to, opened before the run: a path that cannot be written fails before any
/// work, and a confined process can still write to the open file. It is empty until the run ends.
final class ReportFile {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(CommandError) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw CommandError("cannot write `\(path)`: \(unsafe String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    func write(_ text: String) throws(CommandError) {
        guard Descriptor.write(Array(text.utf8), to: descriptor) else {
            throw CommandError("`\(path)` was not written completely: \(unsafe String(cString: strerror(errno)))")
        }
    }
}
