internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `review status`: how far a review is, or all of them.
    static let reviewStatus = Verb(
        name: "review status", summary: "shows how far a review is; without a name all reviews of the tenant",
        positionals: [
            .init(name: "REVIEW", help: "the name of a review; all without it", isOptional: true)
        ],
        options: [Option.csv],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation)
            if let name = invocation.positionals.first {
                guard !invocation[.csv] else { throw .usage("`--csv` is for the list of reviews, without a name") }
                try session.report(of: ExactName(name)).fields.print(invocation)
                return ExitStatus.done
            }
            let reviews = try session.act { administration throws(AdministrationError) in
                try administration.reviews(of: session.tenant.id)
            }
            let listing = ReviewReport.listing(reviews, session.tenantView)
            try listing.print(invocation, "review")
            return ExitStatus.done
        })

    /// `review show`: the tokens of a review, or one of them.
    static let reviewShow = Verb(
        name: "review show", summary: "lists the tokens of a review with what became of them, or shows one of them",
        positionals: [
            .review,
            .init(name: "TOKEN", help: "one token, with what it could do when the review began", isOptional: true),
        ],
        options: [Option.only, Option.csv],
        details: [
            "only: left (nobody has answered), attested, revoked, suspended, reported, ended (before anybody answered), changed "
                + "(those that may do more than when the review began)"
        ],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation)
            let name = ExactName(invocation.positionals[0])
            guard invocation.positionals.count == 1 else {
                guard invocation[.only] == nil, !invocation[.csv] else {
                    throw .usage("`--only` and `--csv` are for the list, without a token")
                }
                return try show(invocation.positionals[1], name, session)
            }
            let report = try session.report(of: name)
            try report.listing(invocation[.only]).print(invocation, "token")
            if !invocation[.json], !invocation[.csv] { Listing.noteZone(session.zone, invocation) }
            return ExitStatus.done
        })

    private static func show(
        _ word: String, _ name: ExactName, _ session: AdministrationSession
    ) throws(CommandError) -> Int32 {
        guard let id = TokenID(word) ?? (try? session.token(word)) else {
            // The token may be gone, or have another name by now.
            let report = try session.report(of: name)
            let named = report.items.filter { $0.reviewed.token.record.name == ExactName(word) }
            guard named.count == 1 else {
                throw CommandError("the review `\(report.review.name)` has no token `\(word)`", status: ExitStatus.deny)
            }
            report.fields(of: named[0]).print(session.invocation)
            return ExitStatus.done
        }
        let (review, item) = try session.act { administration throws(AdministrationError) in
            try administration.reviewItem(id, in: name, of: session.tenant.id)
        }
        try session.report(review, [item]).fields(of: item).print(session.invocation)
        return ExitStatus.done
    }

    /// `review export`: the evidence of a review.
    static let reviewExport = Verb(
        name: "review export",
        summary: "prints the evidence of a review: each token, what it could do, and who said what",
        positionals: [.review], options: [Option.format],
        uses: .all.adding(Option.json),
        details: [
            "The evidence holds the digest of the frozen tokens, and the numbers and hashes of the entries of the log. It is for "
                + "whoever may see every token of the review."
        ],
        examples: ["review export 2026-Q4 --format csv > 2026-Q4.csv"],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation)
            let report = try session.report(of: ExactName(invocation.positionals[0]))
            guard report.isWhole else {
                throw CommandError(
                    "the evidence of the review `\(report.review.name)` is for whoever may see all of its tokens",
                    status: ExitStatus.deny)
            }
            switch invocation[.json] ? .json : invocation[.format] {
            case .json: session.terminal.print(report.evidence.pretty)
            case .csv: session.terminal.write(Array(report.evidenceTable.csv.utf8))
            }
            return ExitStatus.done
        })
}

/// The forms of the evidence.
enum EvidenceFormat: String, CaseIterable {
    case json
    case csv
}

extension Option<EvidenceFormat> {
    fileprivate static var format: Self { Self("format", "FORMAT", "json or csv", default: .json) }
}

extension Option<ReviewFilter?> {
    fileprivate static var only: Self {
        Self("only", "WHICH", "those left, attested, revoked, suspended, reported, ended or changed alone")
    }
}
