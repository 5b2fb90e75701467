internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// Reads and decides lines of a decision log, with its own authorizer: for one thread at a time.
struct UsageWorker {
    let authorizer: Authorizer

    init(_ budget: Budget, _ policies: PolicySet) throws(PolicyError) {
        authorizer = try Authorizer(policies: policies, budget: budget)
    }

    // MARK: Reading

    /// The uses in a block of lines.
    /// - Parameters:
    ///   - directory: holds the tokens.
    ///   - tellsUnknown: true to note the lines of tokens that it does not hold.
    static func uses(
        _ block: Block, in window: Range<Instant>, of tokens: Set<TokenID>, in directory: Directory,
        tellsUnknown: Bool
    ) -> UsageBlock {
        var result = UsageBlock()
        forEachLine(block) { number, line in
            result.lines += 1
            result.note(line, number)
            switch line.content {
            case .omitted(let reason, let message):
                result.omitted.note(number, reason, message)
                result.unattributed += 1
            case .masked(let path):
                result.omitted.note(number, .masked, "`\(path)` is masked")
                guard let json = line.json, let time = json.loggedTime else {
                    result.unattributed += 1
                    return
                }
                if !window.contains(time) { result.outside += 1 }
                guard case .boolean(true)? = json["decision"] else { return }
                guard let id = json.loggedToken else {
                    result.unattributed += 1
                    return
                }
                for id in [id] + directory.ancestors(of: id) where tokens.contains(id) {
                    result.byToken[id, default: .init()].noteMasked(
                        at: time, json["request"]?["action"]?.name, in: window)
                }
            case .record(let record):
                if !window.contains(record.time) { result.outside += 1 }
                guard let id = record.question.actingToken else { return }
                let place = directory.token(id)
                if place == nil, tellsUnknown {
                    return result.omitted.note(number, .unknownToken, "its token is not in the store")
                }
                guard let place else { return }
                let zone = directory.tenants[directory.tokens[place].tenant].zone
                if tokens.contains(id) { result.byToken[id, default: .init()].note(record, in: window, zone) }
                for parent in directory.ancestors(of: id) where tokens.contains(parent) {
                    result.byToken[parent, default: .init()].note(record.acting(parent), in: window, zone)
                }
            }
        }
        return result
    }

    private static func forEachLine(_ block: Block, _ body: (Int, LoggedLine) -> Void) {
        unsafe block.forEachLoggedLine { line, number in
            unsafe body(number, line.map { unsafe LoggedLine(Array($0)) } ?? .tooLong)
        }
    }

    // MARK: Deciding again

    /// Decides the permitted requests in a block again, where they are of tokens that are bound to other combinations, or
    /// about them.
    /// - Parameter supposed: by variant and token, the snapshot in which it is.
    func hold(
        _ block: Block, in window: Range<Instant>, to supposed: [[TokenID: Directory]], on directory: Directory
    ) -> HeldBlock {
        var result = HeldBlock(variants: supposed.count)
        Self.forEachLine(block) { _, line in
            result.lines += 1
            guard case .record(let record) = line.content, record.isPermitted, window.contains(record.time) else {
                return
            }
            if record.question.kind.isAdministrative { result.hasActs = true }
            hold(record.question, to: supposed, on: directory, only: nil, into: &result)
            // What a derived token does has to stay permitted to those from which it was derived.
            for parent in record.question.actingToken.map(directory.ancestors) ?? [] {
                hold(record.acting(parent).question, to: supposed, on: directory, only: parent, into: &result)
            }
        }
        return result
    }

    fileprivate func hold(
        _ question: AuthorizationRequest, to supposed: [[TokenID: Directory]], on directory: Directory,
        only: TokenID?, into result: inout HeldBlock
    ) {
        var tokens = question.actingToken.map { [$0] } ?? []
        if let object = question.token.flatMap({ TokenID($0) }), !tokens.contains(object) { tokens.append(object) }
        if let only { tokens = [only] }
        var isPermittedNow: Bool?
        for token in tokens {
            for (variant, directories) in supposed.enumerated() {
                guard let other = directories[token] else { continue }
                if permits(question, on: other) {
                    result.variants[variant][token, default: .init()].kept += 1
                    continue
                }
                let isPermitted = isPermittedNow ?? permits(question, on: directory)
                isPermittedNow = isPermitted
                if isPermitted {
                    result.variants[variant][token, default: .init()].note(refused: question)
                } else {
                    result.variants[variant][token, default: .init()].lapsed += 1
                }
            }
        }
    }

    func permits(_ question: AuthorizationRequest, on directory: Directory) -> Bool {
        (try? authorizer.decisionSummary(question, on: directory).isPermitted) ?? false
    }

    /// The code of a decision; `nil` for a request that is refused.
    func code(_ question: AuthorizationRequest, on directory: Directory) -> String? {
        try? authorizer.decide(question, on: directory).code
    }

    /// The permissions that policies read for a request, whatever came of it.
    /// - Parameter all: those that count as read where a policy asks for all that a department requires, whether it covers
    ///   a token, or a plugin.
    func permissionsRead(
        _ question: AuthorizationRequest, all: [ExactName], on directory: Directory
    ) -> Set<ExactName> {
        guard let traced = try? authorizer.examine(question, on: directory) else { return Set(all) }
        var read: Set<ExactName> = []
        for part in traced.facts.flatMap(\.parts) {
            switch part.operation {
            case .can, .permits:
                if case .string(let name) = part.operands[1].value { read.insert(ExactName(name)) }
            case .meets, .covers, .call: read.formUnion(all)
            default: break
            }
        }
        return read
    }
}

/// The uses in one block of lines.
struct UsageBlock: Sendable {
    var lines = 0
    /// The lines of another time than that of the window.
    var outside = 0
    var omitted = OmittedLines<Replay.Obstacle>()
    /// The lines among them that may be of any token.
    var unattributed = 0
    /// The times of the first and of the last line.
    var first: Instant?
    var last: Instant?
    /// The first line whose number is not its place in the file.
    var misplaced: Int?
    var byToken: [TokenID: TokenUses] = [:]

    mutating func note(_ line: LoggedLine, _ number: Int) {
        if line.isMisplaced(at: number) { misplaced = misplaced ?? number }
        guard let time = line.json?.loggedTime else { return }
        first = min(first ?? time, time)
        last = max(last ?? time, time)
    }
}

extension Directory {
    /// The tokens from which one was derived, directly or not: the parent first.
    fileprivate func ancestors(of id: TokenID) -> [TokenID] {
        var found: [TokenID] = []
        var next = token(id).flatMap { tokens[$0].parent }
        // A store bounds the number; a hand-written export may hold a circle.
        while let id = next, found.count < 8, !found.contains(id) {
            found.append(id)
            next = token(id).flatMap { tokens[$0].parent }
        }
        return found
    }
}

extension DecisionRecord {
    /// The same use, as one of the token from which the acting one was derived.
    fileprivate func acting(_ parent: TokenID) -> DecisionRecord {
        var record = self
        if case .token = record.question.subject { record.question.subject = .token(parent.description) }
        if case .token = record.question.actor { record.question.actor = .token(parent.description) }
        return record
    }
}

extension JSON {
    /// The time of a line of a decision log.
    fileprivate var loggedTime: Instant? { (self["time"]?.string).flatMap { Instant($0) } }

    /// The token that makes the request in a line, whatever else in it is masked; `nil` also where that is masked.
    fileprivate var loggedToken: TokenID? {
        let subject = self["request"]?["subject"] ?? self["request"]?["actor"]
        guard subject?["type"]?.string == "token" else { return nil }
        return (subject?["id"]?.string).flatMap { TokenID($0) }
    }
}

/// The uses of one block, decided for tokens that are bound to other combinations.
struct HeldBlock: Sendable {
    /// The uses of one token, decided for it with another combination.
    struct Account: Sendable {
        /// The number of uses that stay permitted.
        var kept = 0
        /// The number of those that are denied today whatever the combination.
        var lapsed = 0
        /// The number of those that are denied, and the first of those that differ.
        var refused = 0
        private(set) var examples: [AuthorizationRequest] = []
        private var forms: Set<ExactName> = []

        private static let mostExamples = 100

        mutating func note(refused question: AuthorizationRequest) {
            refused += 1
            keep(question)
        }

        mutating func append(_ later: Account) {
            kept += later.kept
            lapsed += later.lapsed
            refused += later.refused
            for question in later.examples { keep(question) }
        }

        /// Those at different times of one hour, of one resource, are one.
        private mutating func keep(_ question: AuthorizationRequest) {
            let hour = question.now.seconds / 3_600
            guard examples.count < Self.mostExamples,
                forms.insert("\(question.form) \(question.resource?.id ?? "") \(hour)").inserted
            else { return }
            examples.append(question)
        }
    }

    var lines = 0
    /// True when a request was administrative: it may concern two tokens.
    var hasActs = false
    /// By variant, as they were given.
    var variants: [[TokenID: Account]]

    init(variants: Int) { self.variants = Array(repeating: [:], count: variants) }
}
