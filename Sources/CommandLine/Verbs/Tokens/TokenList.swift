internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `token list`: lists API tokens, or the mobile users logged in, a page at a time.
    static let tokenList = Verb(
        name: "token list", summary: "lists API tokens, or with --mobile the mobile users logged in",
        options: FilterOptions.all + [
            Option.sort, Option.descending, Option.size, Option.after, Option.csv,
        ],
        details: [
            "Shows the tokens that the policies let the acting user see. `--state revoked` or `all` shows revoked ones."
        ],
        run: { invocation throws(CommandError) in
            try Listing.check(invocation)
            let session = try AdministrationSession(invocation)
            var filter = try FilterOptions.filter(session)
            filter.order = invocation[.sort] ?? (filter.kind == .mobile ? .user : .title)
            filter.isDescending = invocation[.descending]
            var query = filter.query(on: session.directory, tenant: session.names.tenant, now: session.now)
            query.size = invocation[.size]
            query.cursor = invocation[.after]
            let page = try session.act { administration throws(AdministrationError) in try administration.list(query) }
            var listing = TokenRow.listing(filter.kind)
            for details in page.tokens { try session.row(details).add(to: &listing) }
            try listing.print(invocation, "token")
            if filter.kind == .mobile { listing.noteZone(session.zone, invocation) }
            if let next = page.next {
                invocation.terminal.note("there are more: --after \(next)")
            }
            return ExitStatus.done
        })

}

extension Option<TokenFilter.Order?> {
    fileprivate static var sort: Self {
        Self("sort", "COLUMN", "the column to sort by (title, or user with --mobile)")
    }
}

extension Option<Bool> {
    fileprivate static var descending: Self { Self(flag: "descending", "sort in descending order") }
}

extension Option<Int> {
    fileprivate static var size: Self { Self("size", "N", "tokens per page, 1 to 1000", most: 1_000, default: 25) }
}

extension Option<String?> {
    fileprivate static var after: Self { Self("after", "CURSOR", "the page after the one that printed this cursor") }
}
