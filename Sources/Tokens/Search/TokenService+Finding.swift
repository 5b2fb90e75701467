package import Model

extension TokenService {
    /// The member of a log entry with the fingerprint of the string that was made or ended.
    private static let string: ExactName = "string"
    /// The member of a log entry with the fingerprint of the string that was replaced.
    static let formerString: ExactName = "former_string"
    /// The member of a log entry with the id of the token made in the place of another.
    static let successor: ExactName = "replaced_by"

    func fingerprint(
        of string: TokenString, as name: ExactName = TokenService.string
    ) throws(TokenStoreError) -> JSON.Member {
        .init(name, .string(try keys.fingerprint(string).hexadecimal))
    }

    /// Recognises strings of this store: those of its tokens, and all that the log has noted, whatever became of them.
    /// The log is read only when a string is none of a token's.
    /// - Throws: `.readOnly` for a store without token strings.
    package func search(_ strings: [TokenString], now: Instant) throws(TokenStoreError) -> StringSearch {
        _ = try lookForKeys()
        return try store.read { () throws(TokenStoreError) in
            var found: [FoundString?] = []
            for string in strings {
                found.append(
                    try find(string).map { details throws(TokenStoreError) in try match(string, details, now) })
            }
            var search = StringSearch()
            let missing = found.indices.filter { found[$0] == nil }
            if !missing.isEmpty {
                var places: [ExactName: Int] = [:]
                for index in missing { places[ExactName(try keys.fingerprint(strings[index]).hexadecimal)] = index }
                for (index, match) in try logged(places, &search.doubts) { found[index] = match }
            }
            search.found = found.compactMap(\.self)
            search.unknownCount = found.count - search.found.count
            if search.unknownCount == 0 { search.doubts = [] }
            return search
        }
    }

    private func match(
        _ string: TokenString, _ details: TokenDetails, _ now: Instant
    ) throws(TokenStoreError) -> FoundString {
        let row = try store.token(details.token.id)
        let isPresent = try row?.lookup.map { lookup throws(TokenStoreError) in
            try keys.live(lookup.key).map { KeyedHash.isSame($0.lookup(string), lookup.digest) } ?? false
        }
        let status: FoundString.Status
        if isPresent == true {
            status = .present
        } else if let until = details.overlapUntil, now < until {
            status = .overlapping(until: until)
        } else {
            status = .former
        }
        return FoundString(
            token: details.token.id, tenant: details.tenant, details: details, status: status,
            successor: try successor(of: details.token.id), formerName: nil)
    }

    /// The strings that the log recognises.
    /// - Parameter places: the strings to look for, by their fingerprints.
    private func logged(
        _ places: [ExactName: Int], _ doubts: inout [String]
    ) throws(TokenStoreError) -> [Int: FoundString] {
        var entries: [Int: LogEntry] = [:]
        var recorded: Set<TokenID> = []
        var unrecorded = 0
        try store.eachEntry { entry throws(TokenStoreError) in
            guard let token = entry.token else { return }
            var isRecorded = false
            for name in [Self.string, Self.formerString] {
                guard let text = entry.text(name) else { continue }
                isRecorded = true
                if let place = places[ExactName(text)] { entries[place] = entry }
            }
            if isRecorded {
                recorded.insert(token)
            } else if entry.act == "token.rotate" || entry.act == "token.purge", !recorded.contains(token) {
                unrecorded += 1
            }
        }
        if unrecorded > 0 {
            doubts.append(
                "\(counted(unrecorded, "former string")) cannot be recognised: they were replaced or purged by an earlier "
                    + "version, or were not kept")
        }
        let faults = try verifyLog().faults
        if !faults.isEmpty {
            doubts.append("the log was changed without the store's keys: run `demilune log verify`")
        }
        var found: [Int: FoundString] = [:]
        for (place, entry) in entries {
            guard let id = entry.token else { continue }
            let details = try details(id)
            // A digest that a change of keys dropped is that of the last string, unless it was replaced.
            let isLast =
                entry.act != "token.rotate" || entry.text(Self.string).map { places[ExactName($0)] == place } ?? false
            let rotation = try lastEntry("token.rotate", of: id)?.number ?? 0
            let isReplaced = !isLast || rotation > entry.number
            found[place] = FoundString(
                token: id, tenant: entry.tenant, details: details,
                status: isReplaced || details == nil ? .former : .present, successor: try successor(of: id),
                formerName: entry.text("name").map { ExactName($0) })
        }
        return found
    }

    /// The token that replaced one which was reassigned; `nil` for any other.
    package func successor(of token: TokenID) throws(TokenStoreError) -> TokenID? {
        for act in ["token.revoke", "token.amend"] {
            if let text = try lastEntry(act, of: token)?.text(Self.successor) { return TokenID(text) }
        }
        return nil
    }
}

extension LogEntry {
    /// The text of one of the details; `nil` when it is not there.
    package func text(_ name: ExactName) -> String? { value(name)?.string }

    /// One of the details; `nil` when it is not there.
    func value(_ name: ExactName) -> JSON? { details.first { $0.key == name }?.value }
}
