internal import Files

/// Runs something again whenever files change, until it is interrupted.
enum Watching {
    /// Runs a verb now, and again after each change.
    ///
    /// A run that fails prints its error and waits for changes like any other.
    /// - Parameter folders: the folders to watch.
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
            // A terminal shows only the newest result; a file or a pipe gets all of them.
            if terminal.streams.isOutputTerminal { terminal.write(Array("\u{1B}[H\u{1B}[2J".utf8)) }
        }
    }
}
