internal import Model
internal import Policies

/// The tests of libraries: `lib/X_test.lua` tests `lib/X.lua`, with expressions and their values as tests of plugins.
extension PolicyTests {
    static func libraryPlanner(_ source: PolicySource, _ given: [ExactName: TestOrganisation]) -> TestPlanner {
        let files = source.files.filter { $0.name.isInLibraryFolder && $0.name.isTestFile }.map {
            PolicyFile(name: $0.name.withoutFolder, bytes: $0.bytes)
        }
        let names = source.files.map(\.name).filter(\.isLibraryFile).map(\.libraryName.libraryVariable)
        // The fixtures of the folder are for the tests of its libraries, too.
        let shared = source.files.filter { $0.name == PolicyFile.sharedTests }
        return TestPlanner(
            PolicySource(path: "\(source.path)/\(PolicyFile.libraryFolder)", files: files + shared), policies: names,
            given: given)
    }

    /// The tests of the selected files.
    func plansOfLibraries(_ selection: Selection) -> [TestPlan] {
        let files = libraryPlanner.files.filter { file in
            let full: ExactName = "\(PolicyFile.libraryFolder)/\(file.name)"
            return file.name != PolicyFile.sharedTests && selection.files?.contains(full) ?? true
        }
        return files.flatMap { file in
            libraryPlanner.plans(file).map { plan in
                var plan = plan
                plan.library = ExactName("\(PolicyFile.libraryPrefix)\(file.name.testedID)")
                plan.policy = plan.library!
                return plan
            }
        }
    }

    /// The libraries of the folder, with its schema and its plugins.
    var librarySubject: PluginTestRunner.Subject { Self.librarySubject(of: source) }

    static func librarySubject(of source: PolicySource) -> PluginTestRunner.Subject {
        PluginTestRunner.Subject(
            files: source.files.filter { $0.name == PolicyFile.schema || $0.name.isLibraryFile },
            plugins: source.plugins)
    }
}

extension ExactName {
    /// The variable that stands for a library in tests: `names` for `lib.names`.
    var libraryVariable: ExactName { ExactName(Substring(text.utf8.dropFirst(PolicyFile.libraryPrefix.utf8.count))) }
}
