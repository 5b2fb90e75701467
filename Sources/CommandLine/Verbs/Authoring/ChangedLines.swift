internal import Model
internal import Policies

/// The lines of a folder's files that an earlier version of it does not have.
struct ChangedLines {
    /// By file, the numbers of the lines from 1.
    let lines: [ExactName: Set<Int>]

    /// - Parameter old: the earlier version; `nil` when there was none.
    init(_ source: PolicySource, since old: PolicySource?) {
        var lines: [ExactName: Set<Int>] = [:]
        for file in source.files {
            let before = old?.files.first { $0.name == file.name }.map { Self.lines(of: $0) } ?? []
            var changed: Set<Int> = []
            for change in Self.lines(of: file).difference(from: before) {
                if case .insert(let offset, _, _) = change { changed.insert(offset + 1) }
            }
            if !changed.isEmpty { lines[file.name] = changed }
        }
        self.lines = lines
    }

    private static func lines(of file: PolicyFile) -> [ArraySlice<UInt8>] {
        file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }
}
