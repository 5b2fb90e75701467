package import CommandLine
internal import Foundation
internal import Glibc
internal import REPL

/// The whole program, run in this process on bytes and descriptors.
package enum Program {
    /// All verbs, as `main.swift` has them.
    package static let verbs = Demilune.verbs.adding(.repl, after: .decide)

    /// The path of the program, built beside the tests.
    package static let path: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (tests as NSString).deletingLastPathComponent + "/demilune"
    }()

    package struct Result {
        package let status: Int32
        package let output: String
        package let errors: String

        package init(status: Int32, output: String, errors: String) {
            self.status = status
            self.output = output
            self.errors = errors
        }

        package var lines: [Substring] { output.split(separator: "\n", omittingEmptySubsequences: false).dropLast() }
    }

    private final class Buffer {
        var bytes: [UInt8] = []
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// - Parameters:
    ///   - output: the descriptor for results written in blocks; without it they are in the result.
    ///   - columns: the width of the terminal that shows the results.
    ///   - answers: the lines of a person at a terminal, until the end of the input; `nil` without a terminal.
    package static func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String], output descriptor: Int32? = nil,
        isErrorTerminal: Bool = false, columns: Int? = nil, answers: [String]? = nil, use: OptionUse = OptionUse()
    ) -> Result {
        // As the program itself does, so that the write fails when the reader is gone.
        signal(SIGPIPE, SIG_IGN)
        let output = Buffer()
        let errors = Buffer()
        var streams = StandardStreams(
            input: { input },
            output: { bytes in
                output.bytes += bytes
                return true
            },
            errors: { errors.bytes += $0 },
            isErrorTerminal: isErrorTerminal)
        streams.columns = columns
        streams.isInteractive = answers != nil
        var lines = (answers ?? [])[...]
        streams.line = { lines.popFirst() }
        let source = Scratch(input)
        let sink = Scratch([])
        streams.inputDescriptor = source.descriptor
        streams.outputDescriptor = descriptor ?? sink.descriptor
        let status = Demilune.run(verbs, arguments: arguments, environment: environment, streams: streams, use: use)
        output.bytes += sink.bytes
        return Result(status: status, output: output.text, errors: errors.text)
    }
}

/// A temporary file without a name, for reading and writing through descriptors.
private final class Scratch {
    let descriptor: Int32

    init(_ bytes: [UInt8]) {
        var template = Array("/tmp/demilune-scratch-XXXXXX".utf8CString)
        descriptor = unsafe template.withUnsafeMutableBufferPointer { name in
            let descriptor = unsafe mkstemp(name.baseAddress!)
            unsafe unlink(name.baseAddress!)
            return descriptor
        }
        FileHandle(fileDescriptor: descriptor).write(Data(bytes))
        lseek(descriptor, 0, SEEK_SET)
    }

    deinit { close(descriptor) }

    var bytes: [UInt8] {
        lseek(descriptor, 0, SEEK_SET)
        return Array(FileHandle(fileDescriptor: descriptor).readDataToEndOfFile())
    }
}
