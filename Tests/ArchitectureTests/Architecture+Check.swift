extension Architecture {
    /// All violations of the rules in these files and this `Package.swift`, as `path:line: what`.
    func violations(in files: [SourceFile], manifest: String) -> [String] {
        let empty = rules.keys.sorted().filter { name in !files.contains { $0.target == name } }
        return files.flatMap(violations(in:))
            + empty.map { "\($0): the table names a target that has no folder" }
            + violations(inManifest: manifest)
    }

    private func violations(in file: SourceFile) -> [String] {
        importViolations(in: file) + luaViolations(in: file) + shapeViolations(in: file)
    }

    private func importViolations(in file: SourceFile) -> [String] {
        switch rules[file.target] {
        case nil:
            return ["\(file.path): target `\(file.target)` is not in the table"]
        case .swift(let allowed):
            if file.isC { return ["\(file.path): C in the Swift target `\(file.target)`"] }
            let all = allowed.union(Self.systemModules).union([file.target])
            return file.imports.compactMap { number, module in
                if !all.contains(module) {
                    return "\(file.path):\(number): `\(file.target)` may not import `\(module)`"
                }
                // Everybody else knows only the service over a store.
                guard Self.stores.contains(module), !Self.stores.contains(file.target),
                    !Self.openers.contains(file.path)
                else { return nil }
                return "\(file.path):\(number): only a file that opens a store may import `\(module)`"
            }
        case .c(let allowed):
            if file.isSwift { return ["\(file.path): Swift in the C target `\(file.target)`"] }
            let all = allowed.union(Self.standardHeaders)
            // A target's own headers begin with its name: `clua_match.h`.
            let own = file.target.lowercased()
            return file.includes.filter { !all.contains($0.header) && !$0.header.hasPrefix(own) }.map {
                number, header in
                "\(file.path):\(number): `\(file.target)` may not include `\(header)`"
            }
        }
    }

    private func luaViolations(in file: SourceFile) -> [String] {
        guard file.target != "CLua" else { return [] }
        return file.code.flatMap { number, text in
            Self.words(of: text).compactMap { word in
                let isForbidden = Self.luaHeaders.contains(word) || Self.raisingCalls.contains(where: word.contains)
                return isForbidden ? "\(file.path):\(number): only C in `CLua` may mention `\(word)`" : nil
            }
        }
    }

    /// The words of a text: runs of characters that names and file names may contain.
    private static func words(of text: Substring) -> [String] {
        text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }.map(String.init)
    }

    private func shapeViolations(in file: SourceFile) -> [String] {
        // Splitting a text that ends in a line feed gives one piece more than it has lines.
        let count = file.lines.count - (file.lines.last == "" ? 1 : 0)
        let isLong = file.isSwift && count > Self.mostLines
        return (isLong ? ["\(file.path): \(count) lines, \(Self.mostLines) is the most"] : [])
            + Self.forbiddenNames.filter(file.name.contains).map {
                "\(file.path): a name with `\($0)` says nothing about what is in the file"
            }
    }

    /// The folders of the targets that are not called as their folders.
    private static let folders = ["Demilune": "Library"]

    /// Dependencies in `Package.swift` that the table does not allow, and targets that only one of the two has.
    private func violations(inManifest manifest: String) -> [String] {
        let declaration =
            /(?:target|executableTarget|systemLibrary)\(\s*(?:name:\s*)?"(\w+)"(?:,\s*(?:dependencies:\s*)?\[([^\]]*)\])?/
        var declared: [String: [String]] = [:]
        // Targets under `Tests` are for the tests only and are never shipped.
        let shipped = manifest.split(separator: "\n").filter { !$0.contains("path: \"Tests/") }.joined(separator: "\n")
        for match in shipped.matches(of: declaration) {
            declared[Self.folders[String(match.1)] ?? String(match.1)] =
                match.2?.matches(of: /"(\w+)"/).map { String($0.1) } ?? []
        }
        let unknown = declared.keys.filter { rules[$0] == nil }.map { "target `\($0)` is not in the table" }
        let missing = rules.keys.filter { declared[$0] == nil }.map { "target `\($0)` is not declared" }
        let excess = declared.filter { rules[$0.key] != nil }.flatMap { name, dependencies in
            dependencies.filter { !isAllowed($0, for: name) }.map { "`\(name)` may not depend on `\($0)`" }
        }
        return (unknown + missing + excess).sorted().map { "Package.swift: \($0)" }
    }

    private func isAllowed(_ dependency: String, for target: String) -> Bool {
        guard case .swift(let allowed) = rules[target] else { return false }
        return allowed.contains(dependency)
    }
}
