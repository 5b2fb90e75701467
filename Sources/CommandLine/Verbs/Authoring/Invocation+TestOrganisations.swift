internal import Model
internal import PolicyTesting
internal import Tokens

extension Invocation {
    /// The organisations that tests can use, the demo and the store of `--store`, and the current time of that store.
    func testOrganisations() throws(CommandError) -> (organisations: [ExactName: Organisation], now: Instant) {
        var organisations: [ExactName: Organisation] = [
            "demo": try OrganisationFile(bytes: Demo.json, path: "demo.json").organisation
        ]
        guard isGiven(Option.store) else { return (organisations, now) }
        let store = try openStore()
        organisations["store"] = try organisation(.all, of: store)
        return (organisations, try now(store))
    }
}
