package import Model

extension TokenService {
    /// A page of a tenant's tokens. Rows added or removed between two pages do not shift the pages.
    /// - Throws: `.invalid` for a cursor of another list.
    package func list(_ query: TokenQuery) throws(TokenStoreError) -> TokenPage {
        try list(query) { _ in true }
    }

    /// A page of the visible tokens of a query.
    /// - Parameter isVisible: called for one token after another, in the order of the list.
    package func list(
        _ query: TokenQuery, where isVisible: @escaping (TokenRecord) -> Bool
    ) throws(TokenStoreError) -> TokenPage {
        try list([TokenSource(query, where: isVisible)], size: query.size, cursor: query.cursor)
    }

    /// A page of several queries that differ in their tenant and kind only, merged into one order.
    /// - Throws: `.invalid` for a cursor of another list.
    package func list(
        _ sources: [TokenSource], size: Int, cursor: String?
    ) throws(TokenStoreError) -> TokenPage {
        var page = TokenPage(tokens: [], next: nil)
        page.next = try each(sources, most: size, cursor: cursor) { details throws(TokenStoreError) in
            page.tokens.append(details)
            return true
        }
        return page
    }

    /// Reads the visible tokens of the queries, merged into one order, as of one moment and in bounded memory.
    /// - Parameter limit: the most tokens to read.
    /// - Parameter cursor: the place after which they begin.
    /// - Parameter body: returns false to stop.
    /// - Returns: the cursor of what follows; `nil` when nothing does, or `body` stopped.
    package func each(
        _ sources: [TokenSource], most limit: Int = .max, cursor: String? = nil,
        _ body: (TokenDetails) throws(TokenStoreError) -> Bool
    ) throws(TokenStoreError) -> String? {
        try store.read { () throws(TokenStoreError) in
            let identity = Self.identity(sources)
            var after: Cursor?
            if let cursor { after = try Cursor.open(cursor, identity, keyring?.live ?? [nil]) }
            var next: String?
            var count = 0
            // The extra row shows that something follows.
            let rows = limit < Self.chunk ? limit + 1 : Self.chunk
            try merge(sources, after: after, rows: rows) { row, query throws(TokenStoreError) in
                guard count < limit else {
                    next = after?.sealed(identity, keyring?.active)
                    return false
                }
                count += 1
                after = row.place
                return try body(try shown(row, query))
            }
            return next
        }
    }

    /// The number of visible tokens of the queries, counted up to a limit.
    package func count(_ sources: [TokenSource], most limit: Int) throws(TokenStoreError) -> Int {
        try store.read { () throws(TokenStoreError) in
            var count = 0
            for source in sources where count < limit {
                count += try store.list(source.query, after: nil, most: limit - count, where: source.isVisible).count
            }
            return count
        }
    }

    /// Every visible token of a query, in the order of their ids.
    package func all(
        _ query: TokenQuery, where isVisible: @escaping (TokenRecord) -> Bool
    ) throws(TokenStoreError) -> [TokenDetails] {
        var query = query
        query.isWhole = true
        query.sort = .created
        var tokens: [TokenDetails] = []
        // In one statement: nothing is merged, and all of it is kept anyway.
        try store.read { () throws(TokenStoreError) in
            try merge([TokenSource(query, where: isVisible)], after: nil, rows: .max) {
                row, query throws(TokenStoreError) in
                tokens.append(try shown(row, query))
                return true
            }
        }
        return tokens.sorted { $0.token.id < $1.token.id }
    }

    // MARK: Merging

    /// The rows read at a time for a whole list, from all sources together.
    private static let chunk = 1_000
    /// The most rows read at a time for a whole list. A list of revoked rows is sorted anew for every chunk.
    private static let mostRows = 16_000

    /// The identity of the list, to which its cursors are bound.
    private static func identity(_ sources: [TokenSource]) -> [UInt8] {
        if sources.count == 1 { return sources[0].query.identity }
        var identity = CanonicalEncoder("queries-v1")
        for source in sources { identity.add(source.query.identity) }
        return identity.bytes
    }

    /// The rows of one source that are read and not yet used.
    private struct Buffer {
        let source: TokenSource
        var rows: ArraySlice<ListedToken> = []
        var isOver = false
    }

    /// Visits the rows of all sources in one order, until `body` returns false.
    /// - Parameter count: the rows to read at first, from all sources together.
    private func merge(
        _ sources: [TokenSource], after start: Cursor?, rows count: Int,
        _ body: (ListedToken, TokenQuery) throws(TokenStoreError) -> Bool
    ) throws(TokenStoreError) {
        let isDescending = sources.first?.query.isDescending ?? false
        var size = sources.count == 1 ? count : max(2, min(count, 2 * count / max(1, sources.count)))
        var buffers = sources.map { Buffer(source: $0) }
        func refill(_ index: Int, after place: Cursor?) throws(TokenStoreError) {
            guard !buffers[index].isOver else { return }
            let source = buffers[index].source
            let rows = try store.list(source.query, after: place, most: size, where: source.isVisible)
            buffers[index].isOver = rows.count < size
            buffers[index].rows = rows[...]
        }
        func isBefore(_ one: Int, _ other: Int) -> Bool {
            let (left, right) = (buffers[one].rows.first!.place, buffers[other].rows.first!.place)
            return isDescending ? Cursor.isBefore(right, left) : Cursor.isBefore(left, right)
        }
        for index in buffers.indices { try refill(index, after: start) }
        // The sources that have a row, the one with the next row last.
        var order = buffers.indices.filter { !buffers[$0].rows.isEmpty }.sorted { isBefore($1, $0) }
        while let index = order.popLast() {
            let row = buffers[index].rows.removeFirst()
            guard try body(row, buffers[index].source.query) else { return }
            if buffers[index].rows.isEmpty {
                if size < Self.mostRows / sources.count { size *= 2 }
                try refill(index, after: row.place)
            }
            guard !buffers[index].rows.isEmpty else { continue }
            var (low, high) = (0, order.count)
            while low < high {
                let middle = (low + high) / 2
                if isBefore(index, order[middle]) { low = middle + 1 } else { high = middle }
            }
            order.insert(index, at: low)
        }
    }

    /// The token of a row, with its seal checked. Visibility was decided on the content of the row.
    private func shown(_ row: ListedToken, _ query: TokenQuery) throws(TokenStoreError) -> TokenDetails {
        guard var details = try stored(row.record.id)?.details, details.tenant == query.tenant else {
            throw .misdirected(store.name)
        }
        let isTampered = details.token.isTampered
        details.token.isTampered = false
        // The shown row must be the one on which visibility was decided.
        guard details.token == row.record else { throw .misdirected(store.name) }
        details.token.isTampered = isTampered
        return details
    }
}
