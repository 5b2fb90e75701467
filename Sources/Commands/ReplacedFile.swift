internal import Glibc

/// A file whose content is replaced whole or not at all.
enum ReplacedFile {
    static func write(_ text: String, to path: String) throws(CommandError) {
        func fault() -> CommandError {
            CommandError("cannot write `\(path)`: \(unsafe String(cString: strerror(errno)))")
        }
        var template = Array("\(path).XXXXXX".utf8CString)
        let descriptor = unsafe template.withUnsafeMutableBufferPointer { unsafe mkstemp($0.baseAddress!) }
        guard descriptor >= 0 else { throw fault() }
        let draft = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let isWritten = Descriptor.write(Array(text.utf8), to: descriptor) && fchmod(descriptor, 0o644) == 0
        guard close(descriptor) == 0, isWritten, unsafe rename(draft, path) == 0 else {
            let fault = fault()
            unsafe unlink(draft)
            throw fault
        }
    }
}
