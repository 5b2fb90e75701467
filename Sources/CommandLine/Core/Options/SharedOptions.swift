internal import Decisions
internal import Glibc
internal import Model

// The options that several verbs declare.

/// The answers to the advice of policies, where nobody can be asked.
enum AdviceOptions {
    static let all: [any OptionDeclaration] = [Option.acceptAdvice, Option.ignoreAdvice]

    /// - Throws: `.usage` when both are given.
    static func check(_ invocation: Invocation) throws(CommandError) {
        guard invocation[.acceptAdvice], invocation[.ignoreAdvice] else { return }
        throw .usage("`--accept-advice` and `--ignore-advice` cannot be combined; use only one of them")
    }
}

/// The limits of one policy's evaluation.
package enum BudgetOptions {
    package static let all: [any OptionDeclaration] = [Option.fuel, Option.memory, Option.deadline]
}

extension Option<Int> {
    static var fuel: Self {
        Self("fuel", "N", "instructions that one policy may spend on a request", most: 1 << 40, default: 1_000_000)
    }
    static var memory: Self { Self("memory", "MIB", "memory that one policy may take", most: 1 << 20, default: 8) }
    static var deadline: Self {
        Self("deadline", "MS", "milliseconds that one policy may take", most: 3_600_000, default: 1_000)
    }
    /// A number of threads: by default one for each core.
    static func threads(_ help: String) -> Self {
        let cores = InterpreterThread.processors
        return Self("jobs", "N", help, most: Decisions.Batch.mostJobs, absent: cores)
    }
}

extension Option<String?> {
    package static var log: Self { Self("log", "FILE", "append decisions to a decision log") }
    static var sink: Self {
        Self("sink", "PLUGIN.NAME[=FILE]", "hand decisions to a sink of a plugin, as lines of a decision log")
    }
    static var reason: Self { Self("reason", "TEXT", "the reason, for the log") }
    static var user: Self { Self("user", "USER", "the user, by id or name") }
    static var assignment: Self { Self("assignment", "ID", "one of the user's assignments") }
}

extension Invocation {
    /// The reason that `--reason` gives; `nil` for none, and for one that says nothing.
    var statedReason: String? { self[.reason].flatMap(Self.reason) }

    /// A text as a reason; `nil` for one that says nothing.
    static func reason(_ text: String) -> String? { text.contains { !$0.isWhitespace } ? text : nil }
}

extension Option<Int?> {
    /// The length of a list. Its help text names what a list for people shows without it.
    package static func limit(_ help: String) -> Self {
        Self("limit", "N", help, formerName: "size")
    }
    static var limit: Self { limit("at most N rows") }
}

extension Option<String?> {
    /// The consent to exactly what was reviewed.
    static var digest: Self {
        Self("digest", "D", "the digest that a run without --yes printed: everything must still be the same")
    }
}

extension Option<ExactName?> {
    static var description: Self {
        Self("description", "TEXT", "a sentence about its use, which policies and lists see; empty for none")
    }
    static var contact: Self {
        Self("contact", "TEXT", "the person or team that answers for it; empty for none")
    }
}

extension Option<Set<ExactName>> {
    static var mask: Self {
        Self("mask", "NAME[,NAME]", "properties whose values the log does not show", absent: []) { text in
            Set(text.unicodeScalars.split(separator: ",").map { ExactName(Substring($0)) })
        }
    }
}

extension Option<TimeArgument?> {
    static var expires: Self {
        Self("expires", "TIME", "its last valid day, as 2027-01-31 or 90d, 12mo from today; or a time")
    }
}

extension Option<Bool> {
    static var isolate: Self {
        Self(flag: "isolate", "run the policies in a child process that can do nothing but decide")
    }
    static var trace: Self { Self(flag: "trace", "show everything, however much it is") }
    package static var watch: Self { Self(flag: "watch", "do it again whenever a file changes, until ^C") }
    static var csv: Self { Self(flag: "csv", "comma-separated values, safe to open in a spreadsheet") }
    static var acceptAdvice: Self { Self(flag: "accept-advice", "use the last day that the policies suggest") }
    static var ignoreAdvice: Self { Self(flag: "ignore-advice", "go on in spite of the policies' advice") }
    static var preview: Self { Self(flag: "preview", "only show the affected tokens and what they lose") }
    static var revokesTokens: Self { Self(flag: "revoke-tokens", "revoke the live tokens that are in the way") }
    /// The consent to an act that only shows its effects without it.
    static var yes: Self { Self(flag: "yes", "do it") }
}
