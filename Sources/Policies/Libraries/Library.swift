package import Model

/// Code that policies share: a file `lib/NAME.lua`, which returns a table of functions and constants.
///
/// INVARIANT: no two policies share a table of it, and none outlives an evaluation in which something could change it:
/// the program runs anew whenever the program of a policy that uses it does.
package struct Library: Sendable {
    /// A function or a constant that a library provides.
    package struct Member: Sendable, Equatable {
        package let name: ExactName
        /// The names of a function's parameters, `...` among them; `nil` for a constant.
        package let parameters: [String]?
        /// A constant's type, as Lua names it.
        package let type: String
        /// The comment before it.
        package let about: String
        package let line: Int?

        /// As the reference shows it: `is_owner(token, resource)`.
        package var form: String { parameters.map { "\(name)(\($0.joined(separator: ", ")))" } ?? "\(name): \(type)" }
    }

    /// The name by which policies use it: `lib.names`.
    package let name: ExactName
    package let path: String
    /// The name of its file under the folder of the policies: `lib/names.lua`.
    package var file: ExactName { name.libraryFile }
    /// The comment at the beginning of the file.
    package let about: String
    /// In the order of the source.
    package let members: [Member]
    /// The libraries that it uses itself.
    let uses: [ExactName]
    /// The rewritten source, with its lines unmoved.
    package let program: [UInt8]
    /// The coverage sites of its program, when it was loaded with instrumentation.
    package let instrumentation: PolicyInstrumentation?
    /// True when its functions could remember something, so that the policies that use it run anew for each evaluation.
    let keepsState: Bool
    /// The strings of the source, as bytes.
    let texts: Set<[UInt8]>
    /// The names of the members that the source reads of anything.
    let memberNames: Set<ExactName>

    package func member(_ name: ExactName) -> Member? { members.first { $0.name == name } }
}

/// The libraries of a policy set. Immutable; shared by every worker.
package struct LibrarySet: Sendable {
    package static let none = LibrarySet([], all: [])

    /// Each after those that it uses.
    package let libraries: [Library]
    /// The names of all libraries, those that do not load included.
    let all: Set<ExactName>
    private let numbers: [ExactName: Int]

    init(_ libraries: [Library], all: Set<ExactName>) {
        self.libraries = libraries
        self.all = all
        numbers = Dictionary(uniqueKeysWithValues: libraries.enumerated().map { ($1.name, $0) })
    }

    package func number(of name: ExactName) -> Int? { numbers[name] }

    package subscript(_ name: ExactName) -> Library? { numbers[name].map { libraries[$0] } }

    /// The libraries with these names, and those that they use, each after those that it uses itself.
    /// - Returns: `nil` when one of them is missing or does not load.
    func closure(of names: [ExactName]) -> [Library]? {
        var found: Set<Int> = []
        var rest = names
        while let name = rest.popLast() {
            guard let number = numbers[name] else { return nil }
            if found.insert(number).inserted { rest += libraries[number].uses }
        }
        return found.sorted().map { libraries[$0] }
    }
}
