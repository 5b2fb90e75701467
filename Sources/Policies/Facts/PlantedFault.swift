internal import Model

/// A mistake that tests plant in an evaluator, to show that it is found.
enum PlantedFault: CaseIterable {
    /// What functions of plugins read through others is forgotten: the minute that it is.
    case clock
    /// The same: who administers.
    case actor
    /// The same: whose time zone it is.
    case zone
    /// A setting is kept without its tenant.
    case settings
    /// A comparison with something that is not there is false.
    case absence
    /// Texts are the same that Unicode calls equivalent.
    case spelling

    /// The places of the request that are forgotten.
    var forgottenPlaces: Range<Int> {
        switch self {
        case .clock: ResolvedRequest.Place.minute..<ResolvedRequest.Place.minute + 1
        case .actor: ResolvedRequest.parts(of: .actor)
        case .zone: ResolvedRequest.Place.tenant..<ResolvedRequest.Place.tenant + 1
        case .settings, .absence, .spelling: 0..<0
        }
    }

    /// What it makes of a comparison; `nil` where it changes nothing.
    func mistaken(_ one: Value, _ other: Value) -> Value? {
        switch (self, one, other) {
        case (.absence, .absent, _), (.absence, _, .absent): .boolean(false)
        case (.spelling, .string(let one), .string(let other)): .boolean(one == other)
        default: nil
        }
    }
}
