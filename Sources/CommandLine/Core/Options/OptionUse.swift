internal import Model
internal import Synchronization

/// The options whose values a run has read.
package final class OptionUse: Sendable {
    private let names = Mutex<Set<ExactName>>([])

    package init() {}

    func note(_ option: any OptionDeclaration) { names.withLock { _ = $0.insert(ExactName(option.name)) } }

    package func contains(_ option: any OptionDeclaration) -> Bool {
        names.withLock { $0.contains(ExactName(option.name)) }
    }
}
