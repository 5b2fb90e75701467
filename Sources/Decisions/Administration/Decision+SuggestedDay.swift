package import Model

extension Decision {
    /// The last day that the advice suggests. Where several policies suggest one, the earliest satisfies all.
    package var suggestedLastDay: Date? { advice.compactMap(\.suggestedLastDay).min() }
}

extension PolicyStatement {
    /// The last day that an advice suggests for a token: `advise("…", { last_day = cap })`.
    package var suggestedLastDay: Date? {
        details.first { $0.key == "last_day" }?.value.string.flatMap { Date($0) }
    }
}
