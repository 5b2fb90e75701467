internal import Engine
internal import Model
internal import Policies

/// The check that policies enforce the ceiling of the token that acts. A set of policies without the one that does, such
/// as a folder that was copied by half, would let the token do what its ceiling forbids.
package final class CeilingEnforcement {
    /// The code of a decision about a token with a ceiling of which no policy reads some part.
    package static let code = "ceiling_not_enforced"

    private let policies: PolicySet
    /// By decision kind, the parts that every tenant has enforced.
    private let ofAll: [Set<Ceiling.Part>]
    /// A bit for each decision kind for which every tenant has all parts enforced.
    let wholeKinds: UInt8

    init(_ policies: PolicySet) {
        self.policies = policies
        ofAll = DecisionKind.allCases.sorted { $0.ordinal < $1.ordinal }.map { policies.ceilingParts($0, tenant: nil) }
        wholeKinds = ofAll.enumerated().reduce(0) { bits, kind in
            kind.element.count == Ceiling.Part.allCases.count ? bits | 1 << UInt8(kind.offset) : bits
        }
    }

    /// The code of the deny of a request of a token that has a ceiling; `nil` where policies enforce it.
    func fault(_ request: ResolvedRequest) -> String? {
        let holder: ResolvedRequest.Holder = request.kind == .access ? .token : .actor
        let parts = (request.token(holder == .token ? .token : .actorToken)?.ceiling ?? Ceiling()).parts.filter {
            part in
            switch part {
            // Administration asks what the actor can do, and where: both respect the ceiling by themselves.
            case .permissions, .departments: request.kind == .access
            // Whoever answers a request counts the uses.
            case .uses: request.kind != .access
            default: true
            }
        }
        let enforced = ofAll[request.kind.ordinal]
        guard !enforced.isSuperset(of: parts) else { return nil }
        let tenant = request.tenant < 0 ? nil : request.directory.tenants[request.tenant].id
        let own = tenant.map { policies.ceilingParts(request.kind, tenant: $0) } ?? enforced
        return own.isSuperset(of: parts) ? nil : Self.code
    }
}
