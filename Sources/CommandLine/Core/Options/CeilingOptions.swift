package import Model

/// The limits of a token below what its combination may do.
package enum CeilingOptions {
    static let all: [any OptionDeclaration] = [
        Option.only, Option.within, Option.from, Option.hours, Option.uses, Option.purpose,
    ]

    static let flags = all.map { "`\($0.flag)`" }.joined(separator: ", ")

    /// The ceiling that the options ask for; `nil` where none of them is given.
    /// - Parameters:
    ///   - present: the ceiling that the options change.
    ///   - isNew: true for a token that has none yet. A limit that is empty is a mistake then: a script whose variable is
    ///     empty must not make a token without the limit.
    ///   - names: finds the departments.
    static func ceiling(
        _ invocation: Invocation, onto present: Ceiling? = nil, isNew: Bool = false, _ names: NameResolver
    ) throws(CommandError) -> Ceiling? {
        guard all.contains(where: { invocation.isGiven($0) }) else { return nil }
        let isEmpty: [(option: any OptionDeclaration, isEmpty: Bool)] = [
            (Option.only, invocation[.only]?.isEmpty == true), (Option.within, invocation[.within]?.isEmpty == true),
            (Option.from, invocation[.from]?.isEmpty == true), (Option.hours, invocation[.hours]?.isEmpty == true),
            (Option.uses, invocation[.uses] == 0), (Option.purpose, invocation[.purpose]?.isEmpty == true),
        ]
        if isNew, let empty = isEmpty.first(where: \.isEmpty) {
            throw .usage("`\(empty.option.flag)` is empty: leave it out for a token without this limit")
        }
        var ceiling = present ?? Ceiling()
        if let only = invocation[.only] { ceiling.permissions = only.isEmpty ? nil : only }
        if let texts = invocation[.within] {
            var departments: [ExactName] = []
            for text in texts { departments.append(names.directory.departments[try names.department(text)].id) }
            ceiling.departments = departments.isEmpty ? nil : departments
        }
        if let networks = invocation[.from] { ceiling.networks = networks.isEmpty ? nil : networks }
        if let hours = invocation[.hours] { ceiling.hours = try Self.hours(hours, for: Option.hours.flag) }
        if let uses = invocation[.uses] { ceiling.uses = uses == 0 ? nil : uses }
        if let purpose = invocation[.purpose] { ceiling.purpose = purpose.isEmpty ? nil : purpose }
        for (option, count) in [("--only", ceiling.permissions?.count), ("--within", ceiling.departments?.count)] {
            guard let count, count > Ceiling.mostElements else { continue }
            throw .usage("`\(option)` takes at most \(Ceiling.mostElements), got \(count)")
        }
        return ceiling
    }

    /// - Parameter text: an empty one is no limit.
    package static func hours(_ text: String, for name: String) throws(CommandError) -> Ceiling.Hours? {
        if text.isEmpty { return nil }
        guard let hours = Ceiling.Hours(text) else {
            throw .usage("`\(name)` must be \(Ceiling.hoursForm), got `\(text)`")
        }
        return hours
    }

    package static func permissions(_ text: String, for name: String) throws(CommandError) -> [ExactName] {
        var permissions: [ExactName] = []
        for part in try parts(text, for: name) {
            if let fault = PermissionSet.fault(part, wildcard: true) {
                throw .usage("`\(name)`: `\(part)` is no permission: \(fault)")
            }
            permissions.append(ExactName(part))
        }
        return permissions
    }

    package static func networks(_ text: String, for name: String) throws(CommandError) -> [IPNetwork] {
        var networks: [IPNetwork] = []
        for part in try parts(text, for: name) {
            do { networks.append(try IPNetwork(part)) } catch {
                throw .usage("`\(name)`: `\(part)` is no network: \(error.message)")
            }
        }
        guard networks.count <= Ceiling.mostElements else {
            throw .usage("`\(name)` takes at most \(Ceiling.mostElements), got \(networks.count)")
        }
        return networks
    }

    /// The parts between commas, without the spaces around them; none of an empty text.
    /// - Throws: `.usage` for an empty part.
    package static func parts(_ text: String, for name: String) throws(CommandError) -> [String] {
        if text.isEmpty { return [] }
        var parts: [String] = []
        for part in text.unicodeScalars.split(separator: ",", omittingEmptySubsequences: false) {
            let part = String(String(part).drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            guard !part.isEmpty else { throw .usage("`\(name)` has an empty part, got `\(text)`") }
            parts.append(part)
        }
        return parts
    }
}

extension Option<[ExactName]?> {
    fileprivate static var only: Self {
        Self("only", "PERMISSION[,…]", "it has these of its combination's permissions; empty for all", absent: nil) {
            text throws(CommandError) in try CeilingOptions.permissions(text, for: "--only")
        }
    }
}

extension Option<[String]?> {
    fileprivate static var within: Self {
        Self(
            "within", "DEPARTMENT[,…]", "it reaches these departments, and those under them; empty for its own",
            absent: nil
        ) { text throws(CommandError) in try CeilingOptions.parts(text, for: "--within") }
    }
}

extension Option<[IPNetwork]?> {
    fileprivate static var from: Self {
        Self("from", "NETWORK[,…]", "its requests come from these networks, as 10.0.0.0/8; empty for any", absent: nil)
        {
            text throws(CommandError) in try CeilingOptions.networks(text, for: "--from")
        }
    }
}

extension Option<String?> {
    fileprivate static var hours: Self {
        Self("hours", "HOURS", "it is used on these days and at these times, as 'mon-fri 08:00-18:00'; empty for any")
    }
}

extension Option<Int?> {
    fileprivate static var uses: Self {
        Self("uses", "N", "it ends after N uses; 0 for any number", least: 0, most: Ceiling.mostUses)
    }
}

extension Option<ExactName?> {
    fileprivate static var purpose: Self {
        Self("purpose", "TEXT", "each request must state this purpose; empty for any")
    }
}
