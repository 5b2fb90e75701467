internal import Files
internal import Glibc

/// The folders watched for changes during the session.
final class Watch {
    private var folders: FolderWatch
    let descriptor: Int32?

    init(_ paths: [String]) {
        folders = FolderWatch(paths)
        descriptor = folders.descriptor < 0 ? nil : folders.descriptor
    }

    /// True when something has changed and has then been quiet for 60 ms: an editor saves in several steps.
    func hasSettled() -> Bool {
        guard folders.hasChanged() else { return false }
        repeat { usleep(60_000) } while folders.hasChanged()
        return true
    }
}
