internal import Glibc

/// The time zones of the system.
package enum Zones {
    /// The environment variable that names another folder of zones.
    package static let variable = "TZDIR"

    /// The folder of the zones' files.
    static var folder: String {
        unsafe getenv(variable).map { unsafe String(cString: $0) } ?? "/usr/share/zoneinfo"
    }

    /// Reads every zone of the system, so that no file has to be opened later. Cost: about 600 small files.
    package static func readAll() { read(under: nil, depth: 0) }

    /// Folders with the same zones again: with and without leap seconds.
    private static let copies = ["posix", "right"]
    /// The most folders that a zone's name has: `America/Argentina/Ushuaia`.
    private static let deepest = 3

    /// - Parameter parent: the name of a folder of zones; `nil` for the folder of all of them.
    private static func read(under parent: String?, depth: Int) {
        let path = parent.map { "\(folder)/\($0)" } ?? folder
        guard depth <= deepest, let list = unsafe opendir(path) else { return }
        defer { unsafe closedir(list) }
        while let entry = unsafe readdir(list) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self, capacity: 1) { unsafe String(cString: $0) }
            }
            // Zones are links, too; a file with a dot in its name is not a zone.
            guard !name.contains("."), !copies.contains(name) else { continue }
            let full = parent.map { "\($0)/\(name)" } ?? name
            let kind = unsafe Int(entry.pointee.d_type)
            if kind != Int(DT_DIR), (try? Zone(ExactName(full))) != nil { continue }
            // Not every file system tells what an entry is.
            if kind != Int(DT_REG) { read(under: full, depth: depth + 1) }
        }
    }
}
