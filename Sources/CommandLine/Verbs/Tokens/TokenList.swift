internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `token list`: lists API tokens, mobile users logged in, or both, of one tenant or of all.
    static let tokenList = Verb(
        name: "token list", summary: "lists tokens: API tokens, mobile users logged in, or both",
        options: FilterOptions.all + [
            Option.columns, Option.sort, Option.descending,
            Option.limit("at most N tokens (25; with --csv and --json all)"), Option.after, Option.csv,
        ],
        details: [
            "Shows the tokens that the policies let the acting user see. `--state revoked` or `all` shows revoked ones. "
                + "Without `--tenant`, the operator sees those of every tenant.",
            "columns: all, or some of \(TokenColumn.allCases.map(\.rawValue).joined(separator: ", "))",
        ],
        examples: ["demilune token list --kind all --state all --columns all --csv > tokens.csv"],
        run: list)

    /// The rows that a person sees without `--limit`.
    private static let page = 25
    /// The most tokens that are counted to say of how many a list is.
    private static let mostCounted = 10_000

    private static func list(_ invocation: Invocation) throws(CommandError) -> Int32 {
        try Listing.check(invocation)
        let session = try AdministrationSession(invocation, spansTenants: true)
        let kinds = try FilterOptions.kinds(invocation)
        let queries = try FilterOptions.queries(
            session, order: invocation[.sort], isDescending: invocation[.descending])
        let kind = kinds.count == 1 ? kinds[0] : nil
        let stated = invocation[.columns]
        let columns = stated ?? TokenColumn.view(kind, spansTenants: session.scope.count > 1)
        var output = try ListingOutput(invocation, "tokens", .tokens(columns, kind))
        var fault: CommandError?
        func add(_ details: TokenDetails) -> Bool {
            do throws(CommandError) {
                guard let row = try session.row(details, columns), let fields = row.fields(columns) else {
                    return true
                }
                return output.add(fields.cells, stated == nil ? row.members ?? [] : fields.members)
            } catch {
                fault = error
                return false
            }
        }
        let limit = invocation[.limit] ?? (ListingOutput.isForMachines(invocation) ? .max : page)
        let next = try session.act { administration throws(AdministrationError) in
            try administration.each(queries, most: limit, cursor: invocation[.after], add)
        }
        if let fault { throw fault }
        let (noun, plural) = words(kind)
        var total: String?
        if next != nil || invocation[.after] != nil {
            let count = try session.act { administration throws(AdministrationError) in
                try administration.count(queries, most: mostCounted + 1)
            }
            total = count > mostCounted ? "more than \(mostCounted)" : "\(count)"
        }
        output.end(
            noun, plural: plural, next: .optional(next), total: total,
            hint: next.map { "; the next: --after \($0)" } ?? "")
        if let zone = session.onlyZone, columns.contains(where: { $0.hasTimes(kind) }) {
            Listing.noteZone(zone, invocation)
        }
        return ExitStatus.done
    }

    private static func words(_ kind: TokenKind?) -> (String, String) {
        switch kind {
        case .api: ("API token", "API tokens")
        case .mobile: ("mobile token", "mobile tokens")
        case nil: ("token", "tokens")
        }
    }
}

extension Option<[TokenColumn]?> {
    fileprivate static var columns: Self {
        Self("columns", "NAME[,NAME]", "the columns, in this order, or all", absent: nil) { text throws(CommandError) in
            if text == "all" { return TokenColumn.allCases }
            let known = TokenColumn.allCases.map(\.rawValue)
            var columns: [TokenColumn] = []
            for word in text.split(separator: ",", omittingEmptySubsequences: false) {
                let name = word.map { $0 == "_" ? "-" : String($0).lowercased() }.joined()
                guard let column = TokenColumn(rawValue: name) else {
                    let hint = Suggestion.hint(for: name, among: known)
                    throw .usage(
                        "`--columns`: there is no column `\(word)`\(hint); they are \(known.joined(separator: ", "))")
                }
                guard !columns.contains(column) else { throw .usage("`--columns`: `\(word)` is given twice") }
                columns.append(column)
            }
            return columns
        }
    }
}

extension Option<TokenFilter.Order?> {
    fileprivate static var sort: Self {
        Self("sort", "COLUMN", "the column to sort by (title; user with mobile tokens)")
    }
}

extension Option<Bool> {
    fileprivate static var descending: Self { Self(flag: "descending", "sort in descending order") }
}

extension Option<String?> {
    fileprivate static var after: Self { Self("after", "CURSOR", "what follows the list that printed this cursor") }
}
