internal import Files
internal import Model
internal import PolicyTesting
internal import SQLiteStore
internal import Tokens

extension Verb {
    /// `init`: makes a new store, or a first policy set.
    package static let initialize = Verb(
        name: "init", summary: "makes a new store, or with --policies a first policy set",
        options: [
            Option.demo,
            Option.policies.described(
                "write a first policy set into DIR instead: a schema, policies, settings and tests, explained in comments"
            ).withOptionalValue(),
        ],
        uses: .act.removing(Option.as, Option.onRollback).adding(Option.policies),
        details: [
            "If the store or the policies exist, the run fails and leaves them as they are. A failed run leaves nothing "
                + "behind.",
            "A new store without policies beside it decides nothing: at a terminal, `init` offers to write them.",
        ],
        examples: ["demilune init --demo", "demilune init --policies", "demilune init --policies other/policies"],
        run: { invocation throws(CommandError) in
            // Before the verb, the option tells where policies are; after it, it asks for new ones.
            if invocation.isGivenAfterVerb(Option.policies) {
                guard !invocation[.demo] else {
                    throw .usage("`--demo` fills a store, and `init --policies` makes none: run `init` twice")
                }
                try FirstPoliciesWriter.write(invocation.policyFolder, invocation.terminal)
                return ExitStatus.done
            }
            let path = invocation.storePath
            var organisation: Organisation?
            if invocation[.demo] { organisation = try demo(at: invocation.now) }
            let keyPath = try invocation.keyPath(makesFolder: true)
            var made: String?
            do throws(CommandError) {
                try NewStore.make(path) { draft throws(CommandError) in
                    do throws(TokenStoreError) {
                        let store = try SQLiteStore.create(draft, place: path, keys: keyPath)
                        made = try store.keys.path
                        let act = AuditContext(now: invocation.now)
                        if let organisation { _ = try store.merge(organisation, act, mints: true) }
                    } catch { throw CommandError(error.message) }
                }
            } catch {
                // The keys belong to a store that was not made.
                if let made { for file in [made, made + ".head", made + ".head.lock"] { try? File.remove(file) } }
                throw error
            }
            let terminal = invocation.terminal
            let shown = Terminal.escaped(path)
            terminal.note(
                "its keys are in \(Terminal.escaped(made ?? "")): keep a copy of that file apart from the store")
            guard let organisation else {
                terminal.print("\(shown) is a new store; `demilune import FILE` fills it")
                try FirstPoliciesWriter.offer(invocation)
                return ExitStatus.done
            }
            let users = organisation.tenants.reduce(0) { $0 + $1.users.count }
            let tokens = organisation.tenants.reduce(0) { $0 + $1.tokens.count }
            let contents = [
                counted(organisation.tenants.count, "tenant"), counted(users, "user"), counted(tokens, "token"),
            ]
            terminal.print("\(shown) is a new store: \(contents.joined(separator: ", "))")
            terminal.print("try next, with the same --store and --policies:")
            terminal.print("  demilune token list --tenant 3")
            terminal.print(
                "  demilune decide --tenant 3 'Warehouse sync' orders.read order:42 department=Sales --explain")
            try FirstPoliciesWriter.offer(invocation)
            return ExitStatus.done
        })

    /// The demo organisation, moved by whole days from the day it was written for to today.
    private static func demo(at now: Instant) throws(CommandError) -> Organisation {
        let anchor = Date(year: 2026, month: 11, day: 22)!.daysSinceEpoch
        let days = Zone.utc.date(of: now).daysSinceEpoch - anchor
        func moved(_ instant: Instant) -> Instant {
            Instant(microseconds: instant.microseconds + days * 86_400_000_000)
        }
        var organisation = try OrganisationFile(bytes: Demo.json, path: "demo.json").organisation
        for tenant in organisation.tenants.indices {
            for index in organisation.tenants[tenant].tokens.indices {
                var token = organisation.tenants[tenant].tokens[index]
                token.created = moved(token.created)
                token.expires = moved(token.expires)
                token.lastActive = token.lastActive.map(moved)
                token.dormantSince = token.dormantSince.map(moved)
                token.suspended = token.suspended.map(moved)
                token.revoked = token.revoked.map(moved)
                // Calendar dates are limited to the years 1 to 9999; a record beyond them could not be imported again.
                guard [token.created, token.expires].allSatisfy({ Instant($0.description) == $0 }) else {
                    throw .usage(
                        "`--at` is too close to the limits of the calendar: the demo organisation spans years around it"
                    )
                }
                organisation.tenants[tenant].tokens[index] = token
            }
        }
        return organisation
    }
}

extension Option<Bool> {
    fileprivate static var demo: Self { Self(flag: "demo", "fill it with a demo organisation around today") }
}
