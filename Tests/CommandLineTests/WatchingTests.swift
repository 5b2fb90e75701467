import Foundation
import ProgramSupport
import Testing

@testable import CommandLine

/// The option `--watch`, with a person who fixes a policy while it waits.
@Suite struct WatchingTests {
    @Test func `a broken policy is reported, and checked again once it is fixed`() throws {
        let session = Session()
        let broken = "local policy = { on = \"access\", grants = { \"*\" } "
        let folder = try session.policies(["a": broken])
        var ends: [Int32] = [0, 0]
        #expect(unsafe pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        var output = ""
        var waits = 0
        var streams = StandardStreams(
            input: { [] },
            output: { bytes in
                output += String(decoding: bytes, as: UTF8.self)
                return true
            },
            errors: { bytes in
                guard String(decoding: bytes, as: UTF8.self).hasPrefix("waiting for changes") else { return }
                waits += 1
                let body = "if request.token:can(request.action) then permit() end"
                let mended = "\(broken)}\nfunction policy.decide(request) \(body) end\nreturn policy"
                if waits == 1 { _ = try? session.policies(["a": mended]) } else { _ = unsafe write(ends[1], "x", 1) }
            })
        streams.interruption = { ends[0] }
        let status = Demilune.run(
            Program.verbs, arguments: ["check", folder, "--watch"], environment: [:], streams: streams)
        #expect(waits == 2 && status == 0, "\(output)")
        #expect(output.contains("1 error") && output.hasSuffix("0 errors, 1 warning\n"), "\(output)")
    }
}
