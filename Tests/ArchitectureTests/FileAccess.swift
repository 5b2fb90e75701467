/// The calls that open, look up, list, rename or watch files, which only the target `Files` makes.
///
/// Reading and writing a descriptor that somebody else opened (a pipe, standard input, a terminal) is no such call.
struct FileAccess {
    /// The files outside of `Files` that do it, each with the reason.
    let exceptions: [String: String]

    static let house = FileAccess(exceptions: [
        "Model/Values/ZoneFile.swift": "`Files` stands on `Model`, and a zone is read where it is first named",
        "Model/Values/Zones.swift": "`Files` stands on `Model`; reads the list of the zones",
        "CommandLine/Isolation/Child.swift": "the system opens `/dev/null` as the input of a process that it starts",
    ])

    /// The functions whose names stand for nothing else.
    private static let functions: Set<String> = [
        "openat", "creat", "fopen", "freopen", "opendir", "fdopendir", "readdir", "scandir", "mkstemp", "mkostemp",
        "mkdtemp", "tmpfile", "mkdir", "mkdirat", "mkfifo", "rmdir", "unlink", "unlinkat", "renameat", "renameat2",
        "linkat", "symlink", "lstat", "fstat", "fstatat", "statx", "faccessat", "eaccess", "realpath", "readlink",
        "truncate", "chmod", "fchmod", "chown", "utimensat", "flock", "glob", "nftw", "inotify_init", "inotify_init1",
        "inotify_add_watch", "csystem_rename_to_new", "luaL_loadfile", "luaL_loadfilex", "luaL_dofile", "ifstream",
        "ofstream",
    ]
    /// The functions whose names methods have too: a call of the system's is `unsafe`, or names its module.
    private static let ambiguous: Set<String> = ["open", "stat", "access", "rename", "link", "remove"]
    /// The constants without which no file is opened or looked up.
    private static let constants: Set<String> = [
        "O_RDONLY", "O_WRONLY", "O_RDWR", "O_CREAT", "O_EXCL", "O_TRUNC", "O_APPEND", "O_NOFOLLOW", "O_DIRECTORY",
        "O_PATH", "O_TMPFILE", "F_OK", "R_OK", "W_OK", "X_OK", "S_IFMT", "S_IFREG", "S_IFDIR", "AT_FDCWD",
    ]

    private static let every = functions.union(ambiguous).union(constants)

    /// The places outside of `Files` that open files, and the exceptions that none of them needs.
    func violations(in files: [SourceFile]) -> [String] {
        var needed: Set<String> = []
        let found = files.filter { $0.target != "Files" }.flatMap { file in
            let names = file.code.flatMap { line in Self.names(in: line.text, file).map { (line.number, $0) } }
            guard exceptions[file.path] == nil else {
                if !names.isEmpty { needed.insert(file.path) }
                return [String]()
            }
            return names.map { number, name in "\(file.path):\(number): only `Files` may use `\(name)`" }
        }
        let unneeded = exceptions.keys.filter { !needed.contains($0) }.sorted()
        return found + unneeded.map { "\($0): the exception is not needed" }
    }

    private static func names(in text: Substring, _ file: SourceFile) -> [String] {
        // The calls of CSystem are the system's own; the functions that Swift calls there are in the list above.
        guard file.target != "CSystem" else { return [] }
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
        guard words.contains(where: every.contains) else { return [] }
        let isUnsafe = file.isC || words.contains("unsafe")
        let calls = text.matches(of: /(func )?([\w.:]*\w)\(/).compactMap { match -> String? in
            let parts = match.2.split(separator: /[.:]+/, omittingEmptySubsequences: false)
            guard match.1 == nil, let name = parts.last.map(String.init) else { return nil }
            if functions.contains(name) { return name }
            guard ambiguous.contains(name) else { return nil }
            return parts.count == 1 && isUnsafe || parts.dropLast() == ["Glibc"] ? name : nil
        }
        return calls + words.filter(constants.contains)
    }
}
