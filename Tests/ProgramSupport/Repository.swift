internal import Foundation

/// A repository of git in a folder.
package struct Repository {
    private let folder: String

    /// Makes a repository of everything that is in the folder.
    package init(_ folder: String) throws {
        self.folder = folder
        try git("init", "-q")
    }

    package func git(_ words: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b.example"] + words
        process.standardOutput = nil
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(words: words) }
    }

    private struct Failed: Error {
        let words: [String]
    }

    /// Commits everything that is in the folder.
    package func commit() throws {
        try git("add", "-A")
        try git("commit", "-qm", "a change")
    }

    /// The words of a command line with the current revision for any other.
    package static func onHead(_ words: [String]) -> [String] {
        words.indices.map { index in
            if index > 0, words[index - 1] == "--changed" { return "HEAD" }
            return words[index].replacing("origin/main:", with: "HEAD:")
        }
    }
}
