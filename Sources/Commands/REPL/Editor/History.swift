internal import Glibc
internal import Model
internal import Tokens

/// What was typed before, in a file: a JSON string a line, so that a piece of several lines stays one.
///
/// The file is its owner's alone; what holds a token string is never put there.
struct History {
    private let path: String
    private static let most = 2_000

    /// - Returns: `nil` where there is no folder to keep it in.
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

    /// The oldest first. What is no entry is passed over.
    func entries() -> [String] {
        guard let bytes = try? Descriptor.contents(of: path) else { return [] }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        return lines.suffix(Self.most).compactMap { (try? JSONReader.parse(Array($0)))?.string }
    }

    /// Appends what was typed; of a file that grew too long the older half goes.
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
