internal import Foundation
internal import Glibc
internal import Model
internal import ProgramSupport
internal import Testing

/// Comparison of this program with another one, a script that prints a report.
@Suite struct BenchComparisonTests {
    private let session = Session()

    /// A report with figures that no program reaches, or that every program does.
    private static func report(_ nanoseconds: Int, more: String = "", rate: Int) -> String {
        """
        {"decisions":{"name":"the folder's","tree":{"median_ns":\(nanoseconds)},"run":{"median_ns":\(nanoseconds)}},\
        "grown":[{"name":"3 on access","tree":{"median_ns":\(nanoseconds)},"run":{"median_ns":\(nanoseconds)}}\(more)],\
        "batch_per_second":\(rate),"parsing_per_second":\(rate),"request_bytes":5,"cold_ns":\(nanoseconds)}
        """
    }

    private static let far = report(1_000_000_000_000, rate: 1)

    private func program(_ name: String, _ text: String) throws -> String {
        let path = try session.file(name, "#!/bin/sh\n\(text)\n")
        #expect(unsafe chmod(path, 0o700) == 0)
        return path
    }

    private func printing(_ report: String) throws -> String {
        try program("other", "echo \"$@\" >> '\(session.folder)/lines'\ncat <<'END'\n\(report)\nEND")
    }

    /// Runs in a process of its own, since this one runs the tests.
    private func run(_ words: [String]) throws -> Session.Result {
        let process = Process()
        process.executableURL = URL(filePath: Program.path)
        process.arguments = ["bench"] + words
        process.environment = ["DEMILUNE_POLICIES": Session.policies]
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let messages = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Session.Result(
            status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: messages, as: UTF8.self))
    }

    private let small = ["--count", "20", "--grow", "3", "--rounds", "4", "--compare"]

    @Test func `a program that takes longer than another ends with 5, and both take their turns`() throws {
        let other = try printing(
            Self.report(1, more: #",{"name":"7 of old","tree":{"median_ns":5}}"#, rate: 1_000_000_000))
        let result = try run(small + [other])
        #expect(result.status == 5, "\(result.errors)")
        let row = try #require(result.lines.first { $0.hasPrefix("3 on access, by trees") })
        #expect(row.hasSuffix(" slower") && row.contains(" 1.000 "), "\(row)")
        #expect(result.lines.contains("only the other one measures: 7 of old, by trees"), "\(result.output)")
        #expect(result.errors.contains("error: slower than `\(other)`: 3 on access, by trees; 3 on access, run; "))
        #expect(result.errors.contains("note: the two programs made up different requests"))
        // It gets the stated options and the defaults of the environment, and nothing else; twice a round.
        let lines = try session.text(of: "lines").split(separator: "\n")
        #expect(
            lines.count == 8
                && lines.allSatisfy { $0 == "bench --json --count 20 --grow 3 --policies \(Session.policies)" })
    }

    @Test func `a program that is no slower ends with 0, and machines get rows`() throws {
        let result = try run(small + [try printing(Self.far), "--json"])
        #expect(result.status == 0, "\(result.errors)")
        let report = try JSONReader.parse(result.output)
        guard case .array(let rows)? = report["rows"] else { throw CancellationError() }
        #expect(
            rows.map { $0["name"]?.string } == [
                "3 on access, by trees", "3 on access, run", "the folder's, by trees", "the folder's, run",
                "the first decision", "a request of the batch", "a request, parsed",
            ])
        for row in rows {
            guard case .number(let ratio)? = row["ratio"] else { throw CancellationError() }
            #expect(ratio < 1 && row["slower"] == .boolean(false) && row["spread"] == .number(1))
        }
        #expect(report["rounds"] == .integer(4) && report["only_old"] == .array([]))
    }

    @Test func `a program that cannot be compared is refused with a reason`() throws {
        let none = session.folder + "/none"
        let plain = try session.file("plain", "x")
        for (other, message) in [
            (none, "cannot run `\(none)`: No such file or directory"),
            (session.folder, "cannot run `\(session.folder)`: it is not a file"),
            (plain, "cannot run `\(plain)`: it is not executable"),
        ] {
            let result = session.run(["bench"] + small + [other])
            #expect(result.status == 1 && result.errors == "error: `--compare`: \(message)\n", "\(result.errors)")
        }
        for (number, (text, message)) in [
            (
                "echo hello",
                "` at `bench --json --count 20 --grow 3 --policies \(Session.policies)` is not a report of `bench`: "
                    + "it is not JSON"
            ),
            ("echo '{}'", "is not a report of `bench`: the report has no figures"),
            ("echo 'error: it is broken' >&2; exit 3", "ended with status 3 at `bench"),
            ("kill -9 $$", "was ended by signal 9 at"),
            ("exit 0", "is not a report of `bench`"), ("echo '\\033[2J'; exit 64", "ended with status 64"),
        ].enumerated() {
            let other = try program("other\(number)", text)
            let result = try run(small + [other])
            #expect(result.status == 1 && result.output.isEmpty, "\(text): \(result.output)")
            #expect(
                result.errors.contains("`\(other)`") && result.errors.contains(message), "\(text): \(result.errors)")
            #expect(!result.errors.contains("\u{1B}"))
        }
        let apart = try printing(#"{"grown":[{"name":"another","tree":{"median_ns":1}}]}"#)
        let result = try run(small + [apart])
        #expect(result.status == 1 && result.errors.contains("there is nothing that both programs measure"))
        for words in [["--rounds", "5"], ["--compare", plain, "--rounds", "3"]] {
            #expect(session.run(["bench"] + words).status == 64)
        }
    }
}
