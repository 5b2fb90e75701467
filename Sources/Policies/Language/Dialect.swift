internal import Lua
package import Model
package import Syntax

/// Finds what the sandbox would refuse in a source, before anything runs.
package enum Dialect {
    /// The globals of policies.
    package static let ofPolicies = StandardLibrary.globals.union(BuiltinFunction.ofPolicies.map(\.name)).union(
        TypeReader.tagsOfPolicies.map(\.name))

    /// The globals of libraries: without effects and settings, which belong to policies.
    package static let ofLibraries = ofPolicies.subtracting(notOfLibraries)

    private static let notOfLibraries = Set(PolicyStatement.Effect.names).union(["settings", "list", "optional"])

    /// The globals of plugins.
    package static let ofPlugins = StandardLibrary.globals.union(PluginScript.functions.map(\.name)).union(
        TypeReader.tags.map(\.name))

    /// - Parameters:
    ///   - known: the declared globals.
    ///   - whose: the kind of script, as messages name it: `policies` or `plugins`.
    package static func faults(
        of chunk: Chunk, known: Set<String>, path: String, whose: String
    ) -> [Diagnostic] {
        func fault(_ message: String, _ position: Position, rule: String) -> Diagnostic {
            Diagnostic(message, path: path, line: position.line, column: position.column, rule: rule)
        }
        let names = known.sorted()
        var faults: [Diagnostic] = []
        for use in chunk.globals {
            if use.name == "_ENV" || use.name.hasPrefix("__") {
                faults.append(fault("`\(use.name)` is not for \(whose)", use.position, rule: "reserved-name"))
            } else if use.isAssigned {
                faults.append(
                    fault(
                        "assignment to the global `\(use.name)`: "
                            + (use.name == "decide" && whose == "policies"
                                ? "write `function policy.decide(request)`, and `return policy` at the end"
                                : "write `local \(use.name)`"),
                        use.position,
                        rule: "assignment"))
            } else if !known.contains(use.name) {
                let hint =
                    whose == "libraries" && notOfLibraries.contains(use.name)
                    ? hintOfLibraries(use.name)
                    : ForeignNames.hint(for: use.name, among: names, hasRequest: whose == "policies")
                faults.append(
                    fault("`\(use.name)` is not available in \(whose)\(hint)", use.position, rule: "undeclared-global"))
            }
        }
        for surplus in chunk.surplusArguments {
            faults.append(fault(surplus.message, surplus.position, rule: "wrong-argument"))
        }
        for position in chunk.miscompiled {
            faults.append(
                fault(
                    "a bitwise operator in a function with more than 200 constants, which Lua 5.4.4 compiles wrongly: "
                        + "move one or the other into a function of its own", position, rule: "miscompiled"))
        }
        for name in chunk.declaredNames where name.name == "_ENV" || name.name.hasPrefix("__") {
            faults.append(fault("the name `\(name.name)` is reserved", name.position, rule: "reserved-name"))
        }
        return faults
    }

    /// Finds the parts of a file without effect, because another part replaces them.
    /// The advice for a global of policies that libraries do not have.
    private static func hintOfLibraries(_ name: String) -> String {
        PolicyStatement.Effect.names.contains(name)
            ? ": a library has no effects; return a value, and let the policy call `\(name)`"
            : ": settings belong to a policy; give the function the value as an argument"
    }

    /// - Parameters:
    ///   - names: the fields of the table that the file returns.
    ///   - what: the name of the file in messages: `a policy's file`.
    package static func ineffective(
        in chunk: Chunk, declaring names: [String], path: String, what: String
    ) -> [Diagnostic] {
        func fault(_ message: String, _ position: Position, rule: String) -> Diagnostic {
            Diagnostic(message, path: path, line: position.line, column: position.column, rule: rule)
        }
        let repeated = chunk.repeatedKeys + chunk.repeatedFields(names)
        return repeated.map { twice in
            fault(
                "`\(twice.name)` is given twice, first on line \(twice.first.line): only the last one would count; "
                    + "remove one",
                twice.position, rule: "duplicate-key")
        }
            + chunk.lostResults.map { position in
                fault(
                    "\(what) returns one value, once, at its end: further results have no effect", position,
                    rule: "ineffective-return")
            }
    }
}
