internal import Model

/// A fault that tests plant in an evaluator, to show that it is found.
enum PlantedFault: CaseIterable {
    /// The minute is missing from what functions of plugins have read.
    case clock
    /// The same for the administrator.
    case actor
    /// The same for the tenant, and so for its time zone.
    case zone
    /// A setting is cached without its tenant.
    case settings
    /// A comparison with an absent value is false.
    case absence
    /// Strings are equal when Unicode calls them equivalent.
    case spelling
    /// Leaves are remembered for requests of which the answer of one fact differs, too.
    case memo
    /// A target rules a policy out by a value that is absent.
    case target

    /// The places of the request that are missing.
    var forgottenPlaces: Range<Int> {
        switch self {
        case .clock: ResolvedRequest.Place.minute..<ResolvedRequest.Place.minute + 1
        case .actor: ResolvedRequest.parts(of: .actor)
        case .zone: ResolvedRequest.Place.tenant..<ResolvedRequest.Place.tenant + 1
        case .settings, .absence, .spelling, .memo, .target: 0..<0
        }
    }

    /// The faulty result of a comparison; `nil` where the fault changes nothing.
    func mistaken(_ one: Value, _ other: Value) -> Value? {
        switch (self, one, other) {
        case (.absence, .absent, _), (.absence, _, .absent): .boolean(false)
        case (.spelling, .string(let one), .string(let other)): .boolean(one == other)
        default: nil
        }
    }
}
