internal import Glibc

/// The folders whose changes are noticed while the conversation goes on.
final class Watch {
    private var folders: FolderWatch
    let descriptor: Int32?

    init(_ paths: [String]) {
        folders = FolderWatch(paths)
        descriptor = folders.descriptor < 0 ? nil : folders.descriptor
    }

    /// Whether something has changed and a moment has passed since: saving is several steps.
    func hasSettled() -> Bool {
        guard folders.hasChanged() else { return false }
        repeat { usleep(60_000) } while folders.hasChanged()
        return true
    }
}
