package import Model

/// The names in a folder of policies: a policy `X.lua`, its tests `X_test.lua`, and the files of the whole folder.
extension PolicyFile {
    package static let schema: ExactName = "schema.lua"
    /// The schema that the tests of a plugin use, in the plugin's folder.
    package static let testSchema: ExactName = "test_schema.lua"
    package static let settings: ExactName = "settings.json"
    package static let required: ExactName = "required.json"
    /// The statements about all decisions that an exploration proves or refutes. No decision depends on it.
    package static let invariants: ExactName = "invariants.lua"
    /// The file that the tests of all files of a folder share.
    package static let sharedTests: ExactName = "fixtures_test.lua"
    /// The folder of the libraries, beside the policies.
    package static let libraryFolder = "lib"
    /// The beginning of the name by which policies use a library: `use "lib.names"`.
    package static let libraryPrefix = "lib."
    /// The end of the name of every file of tests.
    package static let testSuffix = "_test.lua"
    /// The ids that no policy can have; some are kept for later versions.
    static let reserved: [ExactName] = ["schema", "settings", "required", "invariants", "routes"]

    /// The name of the file with the tests of a policy or a plugin.
    package static func tests(of id: ExactName) -> ExactName { "\(id)\(testSuffix)" }
}

extension ExactName {
    /// The name that tests have, for a name that other tools give to tests: `p_test.lua` for `test_p.lua`, `p.test.lua`.
    package var nameOfTests: ExactName? {
        let id = withoutExtension.text
        for prefix in ["test_", "test-", "test."] where id.hasPrefix(prefix) && id.utf8.count > prefix.utf8.count {
            return PolicyFile.tests(of: ExactName(id.dropFirst(prefix.count)))
        }
        let ends = [".test", "-test", "_tests", ".tests", "-tests", ".spec", "_spec", "-spec", "Test", "Tests", "Spec"]
        for suffix in ends where id.hasSuffix(suffix) && id.utf8.count > suffix.utf8.count {
            return PolicyFile.tests(of: ExactName(id.dropLast(suffix.count)))
        }
        return nil
    }

    /// A file's name without its last four bytes, `.lua`.
    package var withoutExtension: ExactName { ExactName(Substring(text.utf8.dropLast(4))) }

    /// True for the name of a file of tests.
    package var isTestFile: Bool { hasSuffix(ExactName(PolicyFile.testSuffix)) }

    /// The id of the policy or plugin that a file of tests is for.
    package var testedID: ExactName {
        ExactName(Substring(text.utf8.dropLast(PolicyFile.testSuffix.utf8.count)))
    }

    /// True for the name of a policy: Lua, neither tests nor reserved, and in no sub-folder.
    package var isPolicyFile: Bool {
        hasSuffix(".lua") && !isTestFile && !utf8.contains(UInt8(ascii: "/"))
            && !PolicyFile.reserved.contains(withoutExtension)
    }

    /// True for a file of Lua directly in the folder of the libraries: a library, or the tests of one.
    package var isInLibraryFolder: Bool {
        let start = "\(PolicyFile.libraryFolder)/"
        return hasPrefix(ExactName(start)) && hasSuffix(".lua")
            && !utf8.dropFirst(start.utf8.count).contains(UInt8(ascii: "/"))
    }

    /// True for the name of a library's file: `lib/names.lua`.
    package var isLibraryFile: Bool { isInLibraryFolder && !isTestFile }

    /// The name by which policies use the library in a file: `lib.names` for `lib/names.lua`.
    package var libraryName: ExactName {
        let own = withoutExtension.text.utf8.dropFirst(PolicyFile.libraryFolder.utf8.count + 1)
        return ExactName(PolicyFile.libraryPrefix + Substring(own))
    }

    /// The file of a library that policies use by this name: `lib/names.lua` for `lib.names`.
    package var libraryFile: ExactName {
        "\(PolicyFile.libraryFolder)/\(Substring(text.utf8.dropFirst(PolicyFile.libraryPrefix.utf8.count))).lua"
    }

    /// The name of a file without its folder.
    package var withoutFolder: ExactName {
        text.utf8.split(separator: UInt8(ascii: "/")).last.map { ExactName(Substring($0)) } ?? self
    }
}
