internal import Glibc

/// The time zones of the system.
package enum Zones {
    /// Reads every zone that the system lists, so that no file has to be opened later.
    package static func readAll() {
        let folder = unsafe getenv("TZDIR").map { unsafe String(cString: $0) } ?? "/usr/share/zoneinfo"
        guard let list = unsafe fopen("\(folder)/tzdata.zi", "re") else { return }
        defer { unsafe fclose(list) }
        var line = [CChar](repeating: 0, count: 512)
        // A zone has a line `Z NAME …`, and an alias a line `L NAME OTHER`.
        while unsafe fgets(&line, Int32(line.count), list) != nil {
            let words = String(
                decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self
            )
            .split(separator: " ")
            guard words.count > 1, words[0] == "Z" || words[0] == "L" else { continue }
            _ = try? Zone(ExactName(words[words[0] == "Z" ? 1 : words.count - 1]))
        }
    }
}
