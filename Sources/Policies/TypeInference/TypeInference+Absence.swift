internal import Model

/// The parts that may be absent.
extension TypeInference {
    /// The absence of a member; `nil` when the member is always present.
    func absence(
        _ id: Expressions.ID, _ name: ExactName, of owner: Expressions.ID, _ type: ValueType
    ) -> Absence? {
        let node = expressions.nodes[Int(id)]
        let attribute = node.operation == .attribute ? Attribute(rawValue: node.b) : nil
        switch attribute {
        case nil: guard node.operation == .property, expressions.presence[Int(id)] != nil else { return nil }
        case .token?, .actor?, .proposed?, .beyondCeiling?, .tokenName?, .tokenDescription?, .tokenContact?,
            .lastActive?, .dormantSince?, .ceiling?, .parent?, .actorToken?, .limitedPermissions?,
            .limitedDepartments?, .limitedNetworks?, .limitedWeekdays?, .opens?, .closes?, .limitedUses?,
            .limitedPurpose?:
            guard expressions.presence[Int(id)] != nil else { return nil }
        case .user?, .department?, .userType?: guard type == .actor else { return nil }
        // The wire format requires ids; a value without one is rare.
        default: return nil
        }
        return Absence(
            owner: type == .request ? nil : expressions.text(owner), name: name, attribute: attribute)
    }
}
