internal import Glibc
internal import Lua
internal import Model
internal import Testing

/// A host whose only handle answers nothing.
private final class Nobody: SandboxHost {
    var permits = 0

    func attribute(_ handle: UInt32, _ key: ExactName) -> AttributeAnswer { .failure("there is no `\(key)`") }
    func operate(_ operation: HostOperation, _ arguments: LuaArguments) -> HostAnswer { .nothing }
    func typeName(_ handle: UInt32) -> String { "request" }
    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
        permits += 1
        return .nothing
    }
}

struct HostileTests {
    private static let folder = "../shared/hostile"

    private static let files: [String] = {
        guard let directory = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name.hasSuffix(".lua") { names.append(name) }
        }
        return names.sorted()
    }()

    private static func read(_ name: String) -> [UInt8] {
        guard let file = unsafe fopen("\(folder)/\(name)", "r") else { return [] }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }

    @Test(.enabled(if: !files.isEmpty), arguments: files)
    func `a hostile script ends in time and leaves the process alone`(name: String) throws {
        let host = Nobody()
        let limits = Limits()
        var sandbox = try Sandbox(functions: [HostFunction(name: "permit", code: 1)], tags: [])
        let start = ContinuousClock.now
        if let chunk = try? sandbox.load(Self.read(name), name: name, limits: limits) {
            _ = sandbox.run(chunk, host: host, limits: limits)
            _ = sandbox.call(chunk, "decide", argument: 1, host: host, limits: limits)
        }
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(host.permits == 0)
    }
}
