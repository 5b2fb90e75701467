internal import Model
internal import Presentation
internal import Tokens

extension AdministrationSession {
    /// A token as a row of a list, with what the columns need of the log.
    /// - Returns: `nil` for a token of no tenant of the directory.
    func row(_ details: TokenDetails, _ columns: [TokenColumn]) throws(CommandError) -> TokenRow? {
        guard let view = view(details.tenant) else { return nil }
        var suspension: LogEntry?
        if columns.contains(where: \.needsSuspension) {
            suspension = try stored { store throws(TokenStoreError) in
                try TokenHistory.suspension(of: details, in: store)
            }
        }
        return TokenRow(
            details, view, digits: try digits(of: details.token.id), statesZone: onlyZone == nil,
            suspension: suspension)
    }

    /// A token with all its fields, by the names of a directory.
    func description(_ details: TokenDetails, _ names: NameResolver) throws(CommandError) -> TokenDescription {
        let history = try stored { store throws(TokenStoreError) in try TokenHistory(of: details, at: now, in: store) }
        return TokenDescription(details, history, view(names.directory, names.tenant))
    }

    /// The state of a token; `nil` for one whose assignment the directory does not have.
    func state(_ details: TokenDetails) -> TokenState? {
        guard let view = view(details.tenant),
            let assignment = directory.assignment(details.token.assignment, tenant: view.index)
        else { return nil }
        return TokenState(details.token, assignment: assignment, view)
    }

    /// The only tenant in scope.
    var tenantView: TenantView { view(directory, names.tenant) }

    /// Prints tokens as a table by which a person recognises them.
    func print(_ ids: [TokenID]) throws(CommandError) {
        let columns: [TokenColumn] =
            [.id] + (scope.count > 1 ? [.tenant] : []) + [.kind, .title, .user, .department, .userType, .state]
        var table = Table(.tokens(columns, nil))
        for id in ids {
            guard let details = try details(id), let fields = try row(details, columns)?.fields(columns) else {
                continue
            }
            table.add(fields.cells)
        }
        table.print(to: terminal)
    }

    private func view(_ tenant: ExactName) -> TenantView? { directory.tenant(tenant).map { view(directory, $0) } }

    private func view(_ directory: Directory, _ tenant: Int) -> TenantView {
        TenantView(directory, tenant: tenant, now: now, isExported: store.isReadOnly)
    }

    /// The number of digits of an id that a terminal shows.
    func digits(of id: TokenID) throws(CommandError) -> Int {
        try invocation.digits(of: id, tenant: scope.count == 1 ? tenant.id : nil, in: store)
    }
}
