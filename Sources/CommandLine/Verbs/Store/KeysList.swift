internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `keys list`: lists the keys by number, never their content.
    static let keysList = Verb(
        name: "keys list", summary: "lists the keys of the key file, and how many tokens still need each",
        options: [Option.csv],
        uses: .store.adding(Option.json),
        run: { invocation throws(CommandError) in
            let store = try invocation.openStore(for: .readingKeys)
            let uses: [Int: Int]
            let keys: [Key]
            do throws(TokenStoreError) { (uses, keys) = (try store.keyUses(), try store.keys.keys) } catch {
                throw CommandError(error.message)
            }
            var listing = Listing(.keys)
            for key in keys {
                let count = uses[key.number] ?? 0
                listing.add(
                    ["\(key.number)", key.state.rawValue, key.created.description, "\(count)"],
                    [
                        .init("key", .integer(Int64(key.number))), .init("state", .string(key.state.rawValue)),
                        .init("created", .string(key.created.description)), .init("rows", .integer(Int64(count))),
                    ])
            }
            try listing.print(invocation, "key")
            return ExitStatus.done
        })

    /// `keys add`: adds a key, with which all new records are sealed.
    static let keysAdd = Verb(
        name: "keys add", summary: "adds a key to the key file; new records are sealed with it",
        uses: .act,
        run: { invocation throws(CommandError) in
            let store = try invocation.openStore(for: .writing)
            let act = try invocation.operatorAct(store)
            let number: Int
            do throws(TokenStoreError) { number = try store.addKey(act) } catch { throw CommandError(error.message) }
            invocation.terminal.print("key \(number) is active")
            invocation.terminal.note("`demilune keys rewrap` seals the older records with it")
            return ExitStatus.done
        })
}
