package import Model

/// The names in a folder of policies: a policy `X.lua`, its tests `X_test.lua`, and the files of the whole folder.
extension PolicyFile {
    package static let schema: ExactName = "schema.lua"
    package static let settings: ExactName = "settings.json"
    package static let required: ExactName = "required.json"
    /// The file that the tests of all files of a folder share.
    package static let sharedTests: ExactName = "fixtures_test.lua"
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

    /// True for the name of a policy: Lua, neither tests nor reserved.
    package var isPolicyFile: Bool {
        hasSuffix(".lua") && !isTestFile && !PolicyFile.reserved.contains(withoutExtension)
    }
}
