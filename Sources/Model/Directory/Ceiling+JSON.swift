extension Ceiling {
    /// The form of `export` and of the store: the parts that limit.
    package var json: JSON {
        .object(
            parts.map { part in
                let value: JSON =
                    switch part {
                    case .permissions: .array(permissions!.map(JSON.string))
                    case .departments: .array(departments!.map(JSON.string))
                    case .networks: .strings(networks!.map(\.description))
                    case .hours: .string(hours!.description)
                    case .uses: .integer(Int64(uses!))
                    case .purpose: .string(purpose!)
                    }
                return .init(ExactName(part.rawValue), value)
            })
    }

    /// Reads the form of `json`. An empty object is no ceiling.
    /// - Throws: the first fault, with its path.
    package init(json: JSON, path: String) throws(OrganisationError) {
        self.init()
        let reader = try RecordReader(json, path: path, known: Part.allCases.map { ExactName($0.rawValue) })
        if reader.has("permissions") {
            permissions = try Self.bounded(
                try reader.permissions("permissions", wildcard: true, or: nil), "permissions", path)
        }
        if reader.has("departments") {
            departments = try Self.bounded(
                try reader.texts("departments", "the id of a department"), "departments", path)
        }
        if reader.has("networks") {
            let texts = try Self.bounded(try reader.texts("networks", "a network"), "networks", path)
            var networks: [IPNetwork] = []
            for (index, text) in texts.enumerated() {
                do { networks.append(try IPNetwork(text.text)) } catch {
                    throw OrganisationError(
                        "`\(text)` is not a network: \(error.message)", path: "\(path).networks[\(index)]")
                }
            }
            self.networks = networks
        }
        if let text = try reader.optionalText("hours", or: nil) {
            guard let hours = Hours(text.text) else {
                throw OrganisationError("`\(text)` is not \(Self.hoursForm)", path: path + ".hours")
            }
            self.hours = hours
        }
        uses = try reader.number("uses", in: 1...Self.mostUses)
        purpose = try reader.optionalText("purpose", or: nil, most: 1_200)
    }

    /// The words for the form of hours.
    package static let hoursForm = "days and times such as `mon-fri 08:00-18:00`, `sat,sun` or `22:00-06:00`"

    /// - Throws: for a list that is empty, which would permit nothing, or too long.
    private static func bounded(
        _ list: [ExactName], _ name: String, _ path: String
    ) throws(OrganisationError) -> [ExactName] {
        guard (1...mostElements).contains(list.count) else {
            throw OrganisationError(
                "a limit has from 1 to \(mostElements) elements, got \(list.count); leave it out for no limit",
                path: "\(path).\(name)")
        }
        return list
    }
}
