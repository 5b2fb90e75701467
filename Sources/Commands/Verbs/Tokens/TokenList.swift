internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token list`: lists API tokens, or the mobile users logged in, a page at a time.
    static let tokenList = Verb(
        name: "token list", summary: "lists API tokens, or with --mobile the mobile users logged in",
        options: FilterOptions.options + [
            Option(
                name: "sort", value: "COLUMN", help: "the column to sort by (title, or user with --mobile)",
                choices: columns),
            Option(name: "descending", help: "sort in descending order"),
            Option(name: "size", value: "N", help: "tokens per page, 1 to 1000 (25)"),
            Option(name: "after", value: "CURSOR", help: "the page after the one that printed this cursor"),
            Listing.csv,
        ],
        details: [
            "Shows the tokens that the policies let the acting user see. `--state revoked` or `all` shows revoked ones."
        ],
        run: { invocation throws(CommandError) in
            try Listing.check(invocation)
            let size = try invocation.number("size", default: 25, most: 1_000)
            let session = try AdministrationSession(invocation)
            var filter = try FilterOptions.filter(session)
            let column = invocation.value("sort").flatMap { TokenFilter.Order(rawValue: $0) }
            filter.order = column ?? (filter.kind == .mobile ? .user : .title)
            filter.isDescending = invocation.has("descending")
            var query = filter.query(on: session.directory, tenant: session.names.tenant, now: session.now)
            query.size = size
            query.cursor = invocation.value("after")
            let page = try session.act { administration throws(AdministrationError) in try administration.list(query) }
            var listing = TokenRow.listing(filter.kind)
            for details in page.tokens { TokenRow(details, session).add(to: &listing) }
            try listing.print(invocation, "token")
            if let next = page.next {
                invocation.terminal.note("there are more: --after \(next)")
            }
            return ExitStatus.done
        })

    private static let columns = TokenFilter.Order.allCases.map(\.rawValue)
}
