internal import Foundation
internal import Glibc
internal import ProgramSupport
internal import Testing

/// A process that ends by a fault while it has keys in memory.
@Suite struct FaultTests {
    @Test(arguments: [SIGSEGV, SIGILL, SIGTRAP, SIGBUS])
    func `a fault prints no memory, whatever the environment requests`(fault: Int32) throws {
        let session = Session()
        #expect(session.run("init", "--demo").status == 0)
        let process = Process()
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        process.executableURL = URL(filePath: Program.path)
        process.arguments = ["repl"]
        process.environment = [
            "DEMILUNE_STORE": session.store, "DEMILUNE_POLICIES": Session.policies, "XDG_DATA_HOME": session.keys,
            "DEMILUNE_AT": "2026-11-22T12:00:00Z", "DEMILUNE_TENANT": "3",
            "SWIFT_BACKTRACE": "enable=yes,interactive=no,color=no,output-to=stderr,limit=4,threads=crashed",
        ]
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
        try process.run()
        // Once it answers, the store is open and its keys are in memory.
        try input.fileHandleForWriting.write(contentsOf: Data("token reveal 'Warehouse sync'\n".utf8))
        #expect(!output.fileHandleForReading.availableData.isEmpty)
        #expect(kill(process.processIdentifier, fault) == 0)
        try input.fileHandleForWriting.close()
        let told = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == fault, "\(told)")
        for word in ["0x", "Registers", "crashed", "Backtrac", "dml_"] { #expect(!told.contains(word), "\(told)") }
    }
}
