internal import Glibc
internal import Model
internal import Tokens

/// The history of typed input, in a file with one JSON string per line, so that input of several lines stays together.
///
/// Only its owner can read the file. Input that contains a token string is never stored.
struct History {
    private let path: String
    private static let most = 2_000

    /// - Returns: `nil` when there is no folder for the file.
    init?(path stated: String?, environment: [String: String]) {
        if let stated {
            path = stated
            return
        }
        let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.local/state" : nil }
        let base = [environment["XDG_STATE_HOME"], home].compactMap(\.self).first { $0.hasPrefix("/") }
        guard let base, (try? Descriptor.makeFolders(base + "/demilune")) != nil else { return nil }
        path = base + "/demilune/history"
    }

    /// The entries, oldest first. Lines that cannot be read are skipped.
    func entries() -> [String] {
        guard let bytes = try? Descriptor.contents(of: path) else { return [] }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        return lines.suffix(Self.most).compactMap { (try? JSONReader.parse(Array($0)))?.string }
    }

    /// Appends an entry. When the file has too many, the older half is dropped.
    func add(_ text: String) {
        guard !text.allSatisfy(\.isWhitespace), TokenString.occurrences(in: Array(text.utf8)).isEmpty else { return }
        let entries = entries()
        guard entries.last != text else { return }
        if entries.count >= Self.most {
            write(entries.suffix(Self.most / 2) + [text], flags: O_TRUNC)
        } else {
            write([text], flags: O_APPEND)
        }
    }

    private func write(_ entries: some Sequence<String>, flags: Int32) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = fchmod(descriptor, 0o600)
        _ = Descriptor.write(Array(entries.map { JSON.string($0).compact + "\n" }.joined().utf8), to: descriptor)
    }
}
