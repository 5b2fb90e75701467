internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// Reports the progress of a long operation: the number of steps done, of how many. Returning `false` stops it; the
/// results so far are then returned, marked as incomplete.
package typealias Progress = (_ done: Int, _ total: Int) -> Bool

/// Decides one request again and again, each time with some changes.
///
/// It works on a part of the snapshot: the tenant, with the users and tokens that the request can reach. This makes a
/// change cheap. Not for use by two threads.
final class WhatIfEvaluator {
    let question: AuthorizationRequest
    let tenant: ExactName
    let directory: Directory
    private let organisation: Organisation
    private let authorizer: Authorizer
    private let original: PolicySet
    private var settings: [[Change]: PolicySet?] = [:]
    /// The changes of settings in force now.
    private var current: [Change] = []
    private var directories: [[Change]: Directory?] = [:]
    private(set) var count = 0

    init(_ traced: TracedDecision, _ authorizer: Authorizer) {
        var question = traced.question
        self.authorizer = authorizer
        original = authorizer.policies
        let whole = traced.directory
        // Without a tenant no stored data can matter; what the request brings can.
        guard let number = traced.tenant else {
            (self.question, tenant, directory, organisation) = (question, "", whole, Organisation())
            return
        }
        tenant = whole.tenants[number].id
        var mentioned = Mentions(whole)
        mentioned.add(question, tenant: number, authorizer.policies)
        var organisation = Organisation(
            of: whole, tenant: number, users: { mentioned.users.contains($0) },
            tokens: { mentioned.tokens.contains(whole.tokens[$0].id) })
        // A token record that came with the request is changed like those in the snapshot.
        if let record = question.record {
            organisation.tenants[0].tokens.removeAll { $0.id == record.id }
            organisation.tenants[0].tokens.append(record)
            (question.record, question.token, question.tenant) = (nil, record.id.description, tenant)
        }
        (self.question, self.organisation) = (question, organisation)
        // A part of a valid snapshot is a valid snapshot.
        directory = (try? Directory(organisation)) ?? whole
    }

    /// Leaves the authorizer with its original policies.
    deinit { if !current.isEmpty { authorizer.use(original) } }

    var policies: PolicySet { original }

    /// True when the request is permitted with some changes made; `nil` when the request or the store is not valid
    /// then.
    func permits(_ changes: [Change]) -> Bool? {
        guard let (directory, question) = prepared(changes) else { return nil }
        return try? authorizer.decisionSummary(question, on: directory).isPermitted
    }

    /// The traced decision with some changes made, and suggestions that might turn it.
    func examine(_ changes: [Change]) -> (traced: TracedDecision, suggestions: ChangeSuggestions)? {
        guard let (directory, question) = prepared(changes),
            let traced = try? authorizer.examine(question, on: directory),
            let suggestions = ChangeSuggestions(traced, authorizer)
        else { return nil }
        return (traced, suggestions)
    }

    private func prepared(_ changes: [Change]) -> (Directory, AuthorizationRequest)? {
        count += 1
        let stored = changes.filter(\.isOfDirectory)
        if directories[stored] == nil {
            if directories.count > 512 { directories.removeAll(keepingCapacity: true) }
            directories[stored] = .some(
                stored.isEmpty ? directory : try? Scenario(stored, tenant: tenant).apply(to: organisation))
        }
        let set = changes.filter(\.isOfSettings)
        if settings[set] == nil { settings[set] = .some(try? Scenario(set, tenant: tenant).apply(to: original)) }
        guard let directory = directories[stored]!, let policies = settings[set]! else { return nil }
        if set != current {
            authorizer.use(policies)
            current = set
        }
        return (directory, Scenario(changes, tenant: tenant).apply(to: question))
    }
}

extension TracedDecision {
    /// The number of the tenant that the request is about.
    var tenant: Int? {
        if let request, request.tenant >= 0 { return request.tenant }
        if case .token(let id) = question.subject, let token = TokenID(id).flatMap(directory.token) {
            return directory.tokens[token].tenant
        }
        return question.tenant.flatMap(directory.tenant)
    }
}
