internal import Glibc

/// A file that a run writes its report into, opened before the run: who cannot write it is told before anything is done, and
/// a confined process can write it still. It is empty until the run has come to its end.
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
            throw CommandError("`\(path)` was not written to its end: \(unsafe String(cString: strerror(errno)))")
        }
    }
}
