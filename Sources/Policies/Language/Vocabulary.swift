package import Model
internal import Syntax

/// Everything that a policy can read, in one table: accessors, checks, completion and the reference are made from it.
package enum Vocabulary {
    /// One attribute of one type.
    package struct Entry: Sendable {
        package let owner: ValueType
        package let name: ExactName
        package let type: ValueType
        /// True when it may be absent; reading it then raises an error.
        package let isOptional: Bool
        package let attribute: Attribute
        package let help: String
        /// The whole numbers that it can be; `Int64.max` stands for no limit, and `nil` for no such range.
        package var range: ClosedRange<Int64>?
    }

    /// One method of some types.
    package struct MethodEntry: Sendable {
        package let owners: [ValueType]
        package let method: Method
        package let help: String
    }

    /// The string methods of Lua that strings of a request have: `request.context.note:match("^a")` reads the content.
    package static let textMethods: Set<ExactName> = Set(
        StandardLibrary.textMethods.subtracting(["format"]).map { ExactName($0) })

    package static let entries: [Entry] = requestEntries + tokenEntries + ceilingEntries + otherEntries

    package static let methods: [MethodEntry] = [
        .init(owners: [.token, .actor], method: .can, help: "whether it holds a permission"),
        .init(
            owners: [.resource, .action, .external(-1)], method: .declares,
            help: "whether the schema declares a property for its type; an optional one may still be absent"),
        .init(owners: [.token, .actor], method: .canAny, help: "whether it holds one of some permissions"),
        .init(owners: [.token, .actor], method: .canAll, help: "whether it holds all of some permissions"),
        .init(
            owners: [.token, .actor], method: .meets,
            help: "whether it holds the permissions that a department and those above it require"),
        .init(
            owners: [.actor], method: .covers,
            help: "whether a token's permissions are among the actor's and its department within the actor's"),
        .init(owners: [.user, .userType], method: .permits, help: "whether a permission is among its own"),
        .init(
            owners: [.ceiling], method: .permits,
            help: "whether it leaves a permission; what the combination holds is not asked"),
        .init(owners: [.department], method: .isWithin, help: "whether it is another department or is below it"),
        .init(owners: [.ip], method: .isWithin, help: "whether it is an address of a network: `10.0.0.0/8`"),
        .init(owners: [.network], method: .isWithin, help: "whether another network has all its addresses"),
        .init(owners: [.ip], method: .isWithinAny, help: "whether it is an address of one of some networks"),
        .init(owners: [.network], method: .isWithinAny, help: "whether one of some networks has all its addresses"),
        .init(
            owners: [.instant, .time], method: .between,
            help: "whether the time of day is from a first one on and before a second, which may be on the next day"),
        .init(owners: [.department], method: .isWithinAny, help: "whether it is within one of some departments"),
        .init(owners: [.instant, .date], method: .plus, help: "later by a period of the calendar"),
        .init(owners: [.date], method: .endOfDay, help: "the first instant of the next day"),
    ]

    /// The methods of values with parts, whatever the parts are.
    package static let partMethods: [(owner: String, method: Method, help: String)] = [
        ("list", .contains, "whether a value is one of its elements"),
        ("list", .any, "whether a function of an element returns true for one of them; of none, false"),
        ("list", .all, "whether a function of an element returns true for each of them; of none, true"),
        ("map", .get, "the value of a key, which must be there"),
        ("map", .has, "whether there is a value of a key"),
        ("record", .has, "whether a property is present"),
    ]

    /// The reason why a plugin cannot give a type an attribute with this name; `nil` when it can.
    package static func conflict(_ name: ExactName, on owner: ValueType) -> String? {
        let isTaken =
            entries.contains { $0.owner == owner && $0.name == name }
            || Method.allCases.contains { $0.name == name.text }
        return isTaken ? "\(owner.withArticle) has a `\(name)` already" : nil
    }

    private static func entry(
        _ owner: ValueType, _ name: ExactName, _ type: ValueType, _ attribute: Attribute, optional: Bool = false,
        _ help: String
    ) -> Entry {
        Entry(owner: owner, name: name, type: type, isOptional: optional, attribute: attribute, help: help)
    }

    /// A whole number of a range, which its help states.
    private static func entry(
        _ owner: ValueType, _ name: ExactName, _ attribute: Attribute, _ range: ClosedRange<Int64>,
        optional: Bool = false, _ help: String = ""
    ) -> Entry {
        let bounds = range.upperBound == .max ? "" : "\(range.lowerBound) to \(range.upperBound)"
        let words = [bounds, help].filter { !$0.isEmpty }.joined(separator: ": ")
        var entry = entry(owner, name, .number, attribute, optional: optional, words)
        entry.range = range
        return entry
    }

    /// The entry of an attribute that is a whole number of a range.
    package static func ranged(_ attribute: Attribute) -> Entry? {
        entries.first { $0.attribute == attribute && $0.range != nil }
    }

    private static let requestEntries: [Entry] = [
        entry(.request, "point", .string, .point, "the decision kind: `access`, `token.issue` …"),
        entry(.request, "action", .action, .action, "the action; as a string, its name"),
        entry(.request, "action_kind", .string, .actionKind, "`read`, `write`, `delete` or `admin`"),
        entry(.request, "tenant", .string, .tenant, "the tenant's id"),
        entry(.request, "time", .instant, .time, "now"),
        entry(.request, "date", .date, .today, "today in the tenant's zone"),
        entry(.request, "subject", .token, .subject, "the subject that acts"),
        entry(.request, "actor", .actor, .actor, optional: true, "the administrator"),
        entry(.request, "token", .token, .token, optional: true, "the subject's token, or the one acted upon"),
        entry(.request, "proposed", .token, .proposed, optional: true, "the token as it would be afterwards"),
        entry(.request, "resource", .resource, .resource, "the record that the action is about"),
        entry(.request, "context", .context, .context, "the circumstances"),
        entry(
            .request, "beyond_ceiling",
            .restricted(.string, .oneOf(Ceiling.Part.allCases.map { ExactName($0.rawValue) })), .beyondCeiling,
            optional: true,
            "the first limit of the acting token's ceiling that the request goes beyond; absent where it keeps all of them"
        ),
    ]

    private static let tokenEntries: [Entry] = [
        entry(.token, "id", .string, .tokenID, optional: true, "32 hexadecimal digits; a proposed one has none"),
        entry(.token, "kind", .string, .kind, "`api` or `mobile`"),
        entry(.token, "name", .string, .tokenName, optional: true, "an API token's name"),
        entry(.token, "description", .string, .tokenDescription, optional: true, "a sentence about its use"),
        entry(.token, "contact", .string, .tokenContact, optional: true, "the person or team that answers for it"),
        entry(.token, "tenant", .string, .tokenTenant, "the tenant's id"),
        entry(.token, "user", .user, .user, "the user it stands for"),
        entry(.token, "department", .department, .department, "the department it acts in"),
        entry(.token, "user_type", .userType, .userType, "the user type it acts with"),
        entry(.token, "created", .instant, .created, "when it was made"),
        entry(.token, "expires", .instant, .expires, "the first instant it is no longer valid"),
        entry(.token, "last_day", .date, .lastDay, "the last day it is valid, if only in part, in the tenant's zone"),
        entry(.token, "last_active", .instant, .lastActive, optional: true, "when it was last used"),
        entry(
            .token, "ceiling", .ceiling, .ceiling, optional: true,
            "its limits below what its combination may do; `can` and `is_within` respect them"),
        entry(
            .token, "dormant_since", .instant, .dormantSince, optional: true, "the time since which it counts as unused"
        ),
    ]

    private static let ceilingEntries: [Entry] = [
        entry(
            .ceiling, "permissions", .list(.string), .limitedPermissions, optional: true,
            "the permissions and patterns that it leaves"),
        entry(
            .ceiling, "departments", .list(.department), .limitedDepartments, optional: true,
            "the departments that it leaves, each with those under it"),
        entry(
            .ceiling, "networks", .list(.network), .limitedNetworks, optional: true,
            "the networks that requests come from"),
        entry(
            .ceiling, "weekdays", .list(.number), .limitedWeekdays, optional: true,
            "the days on which requests are made; 1 is Monday"),
        entry(
            .ceiling, "opens", .time, .opens, optional: true, "the time of day from which requests are made"),
        entry(
            .ceiling, "closes", .time, .closes, optional: true,
            "the time of day before which requests are made; one before `opens` is on the next day"),
        entry(
            .ceiling, "uses", .limitedUses, 1...Int64(Ceiling.mostUses), optional: true, "after which the token ends"),
        entry(
            .ceiling, "purpose", .string, .limitedPurpose, optional: true, "the purpose that each request states"),
    ]

    private static let otherEntries: [Entry] = [
        entry(.actor, "user", .user, .user, optional: true, "the administrator; the operator is not a user"),
        entry(
            .actor, "department", .department, .department, optional: true, "the department the administrator acts in"),
        entry(.actor, "user_type", .userType, .userType, optional: true, "the user type the administrator acts with"),
        entry(.actor, "token", .token, .actorToken, optional: true, "the token the administrator acts through"),
        entry(.actor, "is_operator", .boolean, .isOperator, "whether it holds the store and the key file"),
        entry(.department, "id", .string, .id, "its id"),
        entry(.department, "name", .string, .name, "its name"),
        entry(.department, "parent", .department, .parent, optional: true, "the department above"),
        entry(.department, "depth", .depth, 0...Int64.max, "0 at the top of the tree"),
        entry(.department, "active", .boolean, .isActive, "whether it is active"),
        entry(.user, "id", .string, .id, "its id"),
        entry(.user, "name", .string, .name, "the login name"),
        entry(.user, "email", .string, .email, "the address"),
        entry(.user, "active", .boolean, .isActive, "whether it is active"),
        entry(.userType, "id", .string, .id, "its id"),
        entry(.userType, "name", .string, .name, "its name"),
        entry(.userType, "active", .boolean, .isActive, "whether it may be assigned to further users"),
        entry(.action, "name", .string, .actionName, "the action's name"),
        entry(.resource, "type", .string, .recordType, optional: true, "the resource's type"),
        entry(.resource, "id", .string, .recordID, optional: true, "the resource's id"),
        entry(.external(-1), "type", .string, .recordType, "the subject's type"),
        entry(.external(-1), "id", .string, .recordID, optional: true, "the subject's id"),
        entry(.instant, "date", .date, .dateOf, "its day in the tenant's zone"),
        entry(.instant, "year", .year, 1...9999, "in the tenant's zone"),
        entry(.instant, "month", .month, 1...12),
        entry(.instant, "day", .day, 1...31),
        entry(.instant, "weekday", .weekday, 1...7, "1 is Monday, 7 is Sunday"),
        entry(.instant, "hour", .hour, 0...23),
        entry(.instant, "minute", .minute, 0...59),
        entry(.instant, "second", .second, 0...59),
        entry(.instant, "time_of_day", .time, .timeOfDay, "the time of day in the tenant's zone"),
        entry(.date, "year", .year, 1...9999),
        entry(.date, "month", .month, 1...12),
        entry(.date, "day", .day, 1...31),
        entry(.date, "weekday", .weekday, 1...7, "1 is Monday, 7 is Sunday"),
        entry(.time, "hour", .hour, 0...23),
        entry(.time, "minute", .minute, 0...59),
        entry(.time, "second", .second, 0...59),
        entry(.duration, "days", .number, .inDays, "its whole days of 24 hours, rounded towards 0"),
        entry(.duration, "hours", .number, .inHours, "its whole hours, rounded towards 0"),
        entry(.duration, "minutes", .number, .inMinutes, "its whole minutes, rounded towards 0"),
        entry(.duration, "seconds", .number, .inSeconds, "its whole seconds, rounded towards 0"),
    ]
}

/// The part of its base that an attribute node reads.
@usableFromInline package enum Attribute: UInt32, Sendable {
    case point, action, actionKind, tenant, time, today, subject, actor, token, proposed, resource, context,
        beyondCeiling
    case tokenID, kind, tokenName, tokenDescription, tokenContact, tokenTenant, user, department, userType
    case created, expires, lastDay, lastActive, dormantSince, ceiling
    case limitedPermissions, limitedDepartments, limitedNetworks, limitedWeekdays, opens, closes, limitedUses,
        limitedPurpose
    case actorToken, isOperator
    case id, name, parent, depth, isActive, email
    case recordType, recordID, actionName
    case dateOf, year, month, day, weekday, hour, minute, second, timeOfDay
    case inDays, inHours, inMinutes, inSeconds
}

/// A method that can be called on an expression with `:`.
@usableFromInline package enum Method: UInt32, CaseIterable, Sendable {
    case can = 100
    case canAny, canAll, meets, covers, permits, isWithin, isWithinAny, contains, has, plus, endOfDay, get, declares,
        all, between, any

    package var name: String {
        switch self {
        case .can: "can"
        case .canAny: "can_any"
        case .canAll: "can_all"
        case .meets: "meets"
        case .covers: "covers"
        case .permits: "permits"
        case .isWithin: "is_within"
        case .isWithinAny: "is_within_any"
        case .contains: "contains"
        case .has: "has"
        case .plus: "plus"
        case .endOfDay: "end_of_day"
        case .get: "get"
        case .declares: "declares"
        case .all: "all"
        case .between: "between"
        case .any: "any"
        }
    }
}
