internal import CommandLine
internal import Files
internal import Model

/// The history of typed input, in a file with one JSON string per line, so that input of several lines stays together.
///
/// Only its owner can read the file. Its caller leaves out input that seems to hold a token string.
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
        guard let base, (try? Folder.new(withParents: base + "/demilune")) != nil else { return nil }
        path = base + "/demilune/history"
    }

    /// The entries, oldest first. Lines that cannot be read are skipped.
    func entries() -> [String] {
        guard let bytes = try? File.contents(of: path) else { return [] }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        return lines.suffix(Self.most).compactMap { (try? JSONReader.parse(Array($0)))?.string }
    }

    /// Appends an entry. When the file has too many, the older half is dropped.
    func add(_ text: String) {
        guard !text.allSatisfy(\.isWhitespace) else { return }
        let entries = entries()
        guard entries.last != text else { return }
        if entries.count >= Self.most {
            write(entries.suffix(Self.most / 2) + [text], .overwriting(mode: 0o600))
        } else {
            write([text], .appending(mode: 0o600))
        }
    }

    private func write(_ entries: some Sequence<String>, _ use: Descriptor.Use) {
        guard let file = try? OpenFile(path, for: use, followsLinks: false) else { return }
        try? file.setPermissions(0o600)
        try? file.write(Array(entries.map { JSON.string($0).compact + "\n" }.joined().utf8))
    }
}
