package import Model
package import Policies
internal import Syntax

/// A set of policies with one small change in one file.
package struct Mutant: Sendable {
    /// The changed file: `own.lua`, or `lib/orders.lua`.
    package let file: ExactName
    /// As the user named it.
    package let path: String
    /// The policy's id, or the library's name.
    package let unit: ExactName
    package let mutation: Mutation

    /// The place of the change.
    package var place: Diagnostic.Place {
        Diagnostic.Place(path: path, line: mutation.position.line, column: mutation.position.column)
    }

    var isLibrary: Bool { file.isLibraryFile }

    /// The policy that the mutant does not have; `nil` for any other change.
    var removed: ExactName? { mutation.kind == .policy ? unit : nil }

    /// The policies with the change. A removed policy is still there, because settings and tests name it: it is left out
    /// of each set that is loaded.
    package func applied(to source: PolicySource) -> PolicySource {
        guard removed == nil else { return source }
        var changed = source
        for index in changed.files.indices where changed.files[index].name == file {
            changed.files[index] = PolicyFile(name: file, bytes: mutation.applied(to: changed.files[index].bytes))
        }
        return changed
    }

    /// The change as a unified diff, which `patch` and `git apply` read.
    package func patch(of source: PolicySource) -> String {
        guard let bytes = source.files.first(where: { $0.name == file })?.bytes else { return "" }
        return UnifiedPatch(path, bytes, mutation.range, mutation.replacement, removesFile: removed != nil).text
    }
}
