internal import Glibc
internal import Model

/// Detects changes of the files in some folders.
///
/// It compares names, sizes and times of change. The system's notices (inotify) only say when to look, so nothing is
/// missed where they are absent, as on network folders, or when a folder goes and comes back. Hidden files and the
/// copies that editors make are ignored; subfolders are included.
package struct FolderWatch: ~Copyable {
    /// Becomes readable when something may have changed, for a caller that waits for other things too and then calls
    /// `hasChanged`; -1 where the system gives no notices.
    package let descriptor: Int32
    private let folders: [String]
    private var seen: [ExactName: Mark]

    /// The state of a file, known without reading it.
    private struct Mark: Equatable {
        let identity: FileStatus.Identity
        /// `nil` for a folder: its size and time also change with the files that are ignored here.
        let content: Content?
    }

    private struct Content: Equatable {
        let size: Int
        let modified: FileStatus.Time
    }

    /// The quiet time after which a change counts as complete, in milliseconds: saving takes several steps.
    private static let settling: Int32 = 60
    /// The interval between looks, in milliseconds, with the system's notices and without.
    private static let interval: (noticed: Int32, blind: Int32) = (2_000, 300)
    private static let deepest = 3
    private static let mostFiles = 100_000

    /// - Parameter folders: the folders to watch, which need not exist yet.
    package init(_ folders: [String]) {
        self.folders = folders
        descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        seen = [:]
        seen = look()
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// True when anything has changed since the last call, or since the start. Costs a `stat` of every file.
    package mutating func hasChanged() -> Bool {
        drain()
        let now = look()
        defer { seen = now }
        return now != seen
    }

    /// Waits until something has changed and the change is complete.
    /// - Parameter interruption: a descriptor that ends the waiting once it is readable; -1 for none.
    /// - Returns: `false` when the interruption ended the waiting.
    package mutating func wait(interruption: Int32 = -1) -> Bool {
        while true {
            guard !Self.isReadable(interruption, or: descriptor, within: interval) else { return false }
            guard hasChanged() else { continue }
            repeat {
                guard !Self.isReadable(interruption, or: -1, within: Self.settling) else { return false }
            } while hasChanged()
            return true
        }
    }

    private var interval: Int32 { descriptor >= 0 ? Self.interval.noticed : Self.interval.blind }

    /// - Returns: true when the first is readable; the second only ends the waiting.
    private static func isReadable(_ first: Int32, or second: Int32, within milliseconds: Int32) -> Bool {
        var asked = [first, second].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard unsafe poll(&asked, 2, milliseconds) > 0 else { return false }
        return asked[0].revents != 0
    }

    private func drain() {
        guard descriptor >= 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while unsafe read(descriptor, &buffer, buffer.count) > 0 {}
    }

    // MARK: Looking

    private func look() -> [ExactName: Mark] {
        var marks: [ExactName: Mark] = [:]
        for folder in folders { look(into: folder, depth: 0, &marks) }
        return marks
    }

    private func look(into folder: String, depth: Int, _ marks: inout [ExactName: Mark]) {
        // The notices are requested before every look: a folder may have been replaced by another one.
        if descriptor >= 0 {
            let events = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF
            _ = unsafe inotify_add_watch(descriptor, folder, UInt32(events | IN_MOVE_SELF | IN_ONLYDIR))
        }
        for name in Self.names(in: folder) where marks.count < Self.mostFiles {
            let path = "\(folder)/\(name)"
            guard let status = try? FileStatus(of: path) else { continue }
            let isFolder = status.kind == .folder
            if isFolder, depth < Self.deepest { look(into: path, depth: depth + 1, &marks) }
            marks[ExactName(path)] = Mark(
                identity: status.identity,
                content: isFolder ? nil : Content(size: status.size, modified: status.modified))
        }
    }

    private static func names(in folder: String) -> [ExactName] {
        ((try? Folder.entries(in: folder)) ?? []).map(\.name).filter { name in
            !name.hasPrefix(".") && !name.hasSuffix("~") && !name.hasPrefix("#")
        }
    }
}
