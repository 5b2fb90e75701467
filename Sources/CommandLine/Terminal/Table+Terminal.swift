internal import Presentation

extension Table {
    /// Prints the table with aligned columns, as wide as the terminal.
    package func print(to terminal: Terminal) {
        terminal.show(lines(columns: terminal.streams.columns))
    }

    func printCSV(to terminal: Terminal) { terminal.write(Array(csv.utf8)) }
}
