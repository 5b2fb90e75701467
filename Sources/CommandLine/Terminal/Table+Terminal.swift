internal import Presentation

extension Table {
    /// Prints the table with aligned columns, as wide as the terminal.
    package func print(to terminal: Terminal) {
        for line in lines(columns: terminal.streams.columns) {
            terminal.print(line.isHead ? terminal.styled(line.text, .bold) : line.text)
        }
    }

    func printCSV(to terminal: Terminal) { terminal.write(Array(csv.utf8)) }
}
