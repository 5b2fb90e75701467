internal import Glibc

/// Doing something again whenever files change, until the person has seen enough.
enum Watching {
    static let option = Option(name: "watch", help: "do it again whenever a file changes, until ^C")

    /// Runs a verb now, and again after each change.
    ///
    /// A run that ends by an error is told and waited after like any other: what is broken will be mended.
    /// - Parameter folders: where files change.
    /// - Returns: the status of the last run, once ^C was pressed or the program was asked to end.
    static func run(
        _ invocation: Invocation, folders: [String], _ body: () throws(CommandError) -> Int32
    ) -> Int32 {
        let terminal = invocation.terminal
        let interruption = terminal.streams.interruption()
        var watch = FolderWatch(folders)
        while true {
            var status: Int32
            do throws(CommandError) { status = try body() } catch {
                for message in error.messages { terminal.complain(message) }
                status = error.status
            }
            terminal.note("waiting for changes in \(folders.joined(separator: ", ")); ^C ends")
            guard terminal.isOpen, watch.wait(interruption: interruption) else { return status }
            // A person reads the newest answer alone; a file or a pipe gets one after the other.
            if terminal.streams.isOutputTerminal { terminal.write(Array("\u{1B}[H\u{1B}[2J".utf8)) }
        }
    }
}
