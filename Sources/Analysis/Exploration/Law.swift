/// A law: what is true of the facts of every request on every store, so that answers which contradict it never happen.
///
/// INVARIANT: a law may be left out, which only adds branches that never happen; it must never be false. Each is proved in
/// the comment where its clauses are made, and held against random stores by tests.
package enum Law: String, CaseIterable, Sendable {
    case presence = "a value is there where what it is taken from is there"
    case names = "a name is one of those that it can be, and only one"
    case equality = "what is equal to the same is equal"
    case sameAttributes = "what is equal has equal attributes"
    case order = "values of one type have one order"
    case calendar = "the calendar keeps the order of instants"
    case departments = "departments are a forest"
    case permissions = "a holder has the permissions of its user and its user type"
    case requirements = "who meets a department has what it and those above it require"
    case covering = "who covers a token has its permissions, in a department above"
    case theOperator = "no permission limits the operator"
    case actions = "an action has one kind, and applies to some types of resource"
    case resources = "a resource has the properties of its type"
    case grants = "a policy's grants name actions"
    case settings = "a tenant has one value of each setting"
    case networks = "a network holds the addresses of the networks inside it"
    case validity = "the core refuses an actor that is not valid, before any policy"
}
