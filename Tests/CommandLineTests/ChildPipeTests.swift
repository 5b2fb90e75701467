internal import Foundation
internal import Glibc
internal import Testing

@testable import CommandLine

/// The protocol of a confined child, and the handling of a child that breaks it. The child is a script.
@Suite struct ChildPipeTests {
    private final class Said {
        var errors: [UInt8] = []
        var text: String { String(decoding: errors, as: UTF8.self) }
    }

    /// Runs a child with some requests, and returns its exit and the parent's output and errors.
    private func run(
        _ script: String, input: String = "a\nb\nc\n", form: Isolation.Form = .answers
    ) throws -> (exit: Isolation.ChildExit, output: String, errors: String) {
        let said = Said()
        var streams = StandardStreams(input: { [] }, output: { _ in true }, errors: { said.errors += $0 })
        var (requests, answers): ([Int32], [Int32]) = ([0, 0], [0, 0])
        #expect(unsafe pipe(&requests) == 0 && pipe(&answers) == 0)
        let bytes = Array(input.utf8)
        #expect(unsafe write(requests[1], bytes, bytes.count) == bytes.count)
        close(requests[1])
        streams.outputDescriptor = answers[1]
        let child = try Child("/bin/sh", ["-c", script], mark: "DEMILUNE_TEST", readsInput: true)
        var pipe = ChildPipe(child, input: requests[0], form: form, silence: 20_000, terminal: Terminal(streams))
        let exit = try pipe.run()
        close(answers[1])
        close(requests[0])
        let output = FileHandle(fileDescriptor: answers[0], closeOnDealloc: true).readDataToEndOfFile()
        return (exit, String(decoding: output, as: UTF8.self), said.text)
    }

    private static let permit = #"echo '{"decision":true}'"#

    @Test func `the answers of a child that answers each request and ends well are passed on`() throws {
        let result = try run("while read -r line; do \(Self.permit); done; echo 'note: done' >&2; exit 5")
        #expect(result.exit.status == 5 && result.exit.answered == 3 && result.exit.asked == 3)
        #expect(result.output == String(repeating: "{\"decision\":true}\n", count: 3))
        #expect(result.errors == "note: done\n")
    }

    @Test(arguments: [
        // More answers than requests; requests that nobody answered; half an answer; a status that means nothing.
        (
            "read -r a; read -r b; read -r c; \(permit); \(permit); \(permit); \(permit)", 3,
            "wrote a line that is not an answer"
        ),
        ("read -r line; \(permit); exit 0", 1, "ended with status 0 before everything was answered"),
        ("read -r line; \(permit); exit 1", 1, "ended with status 1 before everything was answered"),
        ("exit 0", 0, "ended with status 0 before everything was answered"),
        ("exit 5", 0, "ended with status 5 before everything was answered"),
        ("while read -r line; do \(permit); done; printf '{\"decision\":tr'", 3, "ended with status 0"),
        ("while read -r line; do \(permit); done; exit 77", 3, "ended with status 77"),
        // Lines that are no answer.
        ("cat", 0, "wrote a line that is not an answer"),
        ("read -r l; \(permit); echo; cat >&2", 1, "wrote a line that is not an answer"),
        (#"read -r l; echo '{"decision":"true"}'; cat >&2"#, 0, "wrote a line that is not an answer"),
        (#"read -r l; echo '{"decision":true,"more":1}'; cat >&2"#, 0, "wrote a line that is not an answer"),
        (
            #"read -r l; printf '{"decision":true,"context":{"a":"\302\233"}}\n'; cat >&2"#, 0,
            "wrote a line that is not an answer"
        ),
        ("kill -11 $$", 0, "was ended by signal 11"),
    ])
    func `a child that breaks the protocol has given only its answers so far`(
        script: String, answered: Int, reason: String
    ) throws {
        let result = try run(script)
        #expect(result.exit.status == nil && result.exit.reason.hasPrefix(reason), "\(result)")
        #expect(result.exit.answered == answered && result.exit.asked == 3, "\(result)")
        #expect(result.output == String(repeating: "{\"decision\":true}\n", count: answered))
    }

    @Test(arguments: [1, 3, 64])
    func `a child that fails before it begins has its own status`(status: Int) throws {
        let result = try run("cat > /dev/null; echo 'error: it is so' >&2; exit \(status)")
        #expect(result.exit.status == Int32(status) && result.output.isEmpty && result.errors == "error: it is so\n")
    }

    @Test func `other output moves no cursor and is limited`() throws {
        let loud = try run(#"cat > /dev/null; printf 'a\033[2J\033]0;x\007b\nwithout an end\r' >&2; exit 1"#)
        #expect(loud.errors == "a\\u{1b}[2J\\u{1b}]0;x\\u{7}b\nwithout an end\\r\n")
        let long = try run("cat > /dev/null; yes | head -c 1000000 >&2; exit 1")
        #expect(long.exit.status == 1 && long.errors.utf8.count < 1 << 17)
        #expect(long.errors.hasSuffix("note: the process that ran the policies wrote more than is shown\n"))
    }

    @Test func `a report is held back, and made harmless`() throws {
        let form = Isolation.Form.report(statuses: [0, 2])
        let result = try run(#"printf 'permit  (permitted)\n\t\033[31mred\033[2J\n'"#, form: form)
        #expect(result.exit.status == 0 && result.output.isEmpty)
        #expect(
            String(decoding: result.exit.output, as: UTF8.self)
                == "permit  (permitted)\n\t\\u{1b}[31mred\\u{1b}[2J\n")
        #expect(try run("exit 1", form: form).exit.status == nil)
        let styled = ChildWords.harmless(Array("\u{1B}[1mbold\u{1B}[0m\u{1B}[8;1m\u{1B}c".utf8), keepsStyles: true)
        #expect(String(decoding: styled, as: UTF8.self) == "\u{1B}[1mbold\u{1B}[0m\\u{1b}[8;1m\\u{1b}c")
    }

    @Test func `a child gets only the descriptors and variables that are for it, and no terminal`() throws {
        var ends: [Int32] = [0, 0]
        #expect(unsafe pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let child = try Child(
            "/bin/sh", ["-c", "ls /proc/$$/fd; readlink /proc/$$/fd/0; env"], mark: "DEMILUNE_TEST", readsInput: false,
            keeps: { $0 == "HOME" })
        let text = String(
            decoding: FileHandle(fileDescriptor: child.output, closeOnDealloc: true).readDataToEndOfFile(),
            as: UTF8.self)
        _ = child.wait()
        close(child.errors)
        let lines = text.split(separator: "\n")
        #expect(lines.filter { Int($0) ?? 0 > 2 && Int($0) ?? 0 != 255 && Int($0) ?? 0 != 10 }.isEmpty, "\(text)")
        #expect(lines.contains("/dev/null") && lines.contains("DEMILUNE_TEST=1") && !text.contains("PATH=/"), "\(text)")
    }

    @Test(
        arguments: [
            (#"{"decision":true}"#, true), (#"{"decision":false}"#, false), (#"{ "decision": true }"#, true),
            (#"{"decision":false,"context":{"error":{"status":400,"message":"x"}}}"#, false), ("", nil), ("true", nil),
            (#"{"decision":1}"#, nil), (#"{"context":{},"decision":true}"#, nil),
            (#"{"decision":true,"context":[]}"#, nil),
            (#"{"decision":true,"decision":false}"#, nil), (#"{"decision":true} x"#, nil),
            (#"{"decision":true}"# + "\r\u{1B}", nil),
        ] as [(String, Bool?)])
    func `an answer is an object with a decision and a context`(line: String, expected: Bool?) {
        #expect(AnswerForm.answer(Array(line.utf8)[...]) == expected)
    }

    @Test(
        arguments: [
            ("permit  (permitted)\n", false, true), ("deny  (denied)\n  why\n", false, false),
            ("permitted\n", false, nil),
            ("\u{1B}[32mpermit\u{1B}[0m  (permitted)\n", false, true), ("{\"decision\":true}\n", true, true),
            ("{\"decision\":true}\n{\"decision\":true}\n", true, nil), ("{\"decision\":true}", true, nil),
            ("", false, nil),
        ] as [(String, Bool, Bool?)])
    func `a report of one decision begins with it`(text: String, isJSON: Bool, expected: Bool?) {
        #expect(AnswerForm.answer(ofReport: Array(text.utf8), isJSON: isJSON) == expected)
    }
}
