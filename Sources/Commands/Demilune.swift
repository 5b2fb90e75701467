/// The command line: one verb a file, run by `main.swift`.
package enum Demilune {}
