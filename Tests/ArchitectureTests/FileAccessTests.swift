import Testing

/// Only one target opens files, so that links, modes, bounds and syncing are decided in one place.
struct FileAccessTests {
    @Test func `files are opened in one target only`() throws {
        #expect(FileAccess.house.violations(in: try House.sources()) == [])
    }

    @Test(arguments: [
        ("let a = unsafe open(path, flags)", "open"), ("let a = unsafe Glibc.open(path, flags)", "open"),
        ("let a = open(path,", ""), ("    O_RDONLY | O_CLOEXEC)", "O_RDONLY"),
        ("guard unsafe access(path, 0) == 0 else { return }", "access"),
        ("var status = Glibc.stat()", "stat"), ("if unsafe lstat(path, &status) == 0 {", "lstat"),
        ("    while let entry = unsafe readdir(folder) {", "readdir"),
        ("guard unsafe (replaces ? rename(draft, path) : 0) == 0 else {", "rename"),
        ("_ = unsafe inotify_add_watch(descriptor, folder, events)", "inotify_add_watch"),
        ("return status.st_mode & S_IFMT", "S_IFMT"),
    ])
    func `a planted call is found`(line: String, name: String) {
        let found = FileAccess(exceptions: [:]).violations(in: [SourceFile("Tokens/A.swift", line)])
        #expect(found == (name.isEmpty ? [] : ["Tokens/A.swift:1: only `Files` may use `\(name)`"]))
    }

    @Test func `a planted call in C is found`() {
        let file = SourceFile(
            "CRE2/a.c", "int a(void) { return open(\"a\", 0); }\nFILE *b(void) { return fopen(c, d); }")
        let found = FileAccess(exceptions: [:]).violations(in: [file])
        #expect(found == ["CRE2/a.c:1: only `Files` may use `open`", "CRE2/a.c:2: only `Files` may use `fopen`"])
    }

    @Test(arguments: [
        "let store = try SQLiteStore.open(path, keys: unsafe keys)", "private func open(_ bracket: UInt8) {",
        "let count = unsafe read(descriptor, buffer, size)", "// unsafe open(path, O_RDONLY)", "try open()",
        "let file = try File.open(path)", "unsafe editor.remove(at: index)",
    ])
    func `other code is not reported`(line: String) {
        #expect(FileAccess(exceptions: [:]).violations(in: [SourceFile("Tokens/A.swift", line)]) == [])
    }

    @Test func `a file may open files in the one target, and as an exception that is needed`() {
        let line = "let a = unsafe open(path, O_RDONLY)"
        let access = FileAccess(exceptions: ["Model/A.swift": "a reason"])
        #expect(access.violations(in: [SourceFile("Files/A.swift", line), SourceFile("Model/A.swift", line)]) == [])
        #expect(access.violations(in: []) == ["Model/A.swift: the exception is not needed"])
    }
}
