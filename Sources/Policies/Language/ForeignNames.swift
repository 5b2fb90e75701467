internal import Model
internal import Syntax

/// Names that people know from elsewhere and that the language does not have, each with the reason, or with the way to
/// write it here: the one table of such advice, for the loader, the linter, the REPL and failures at run time.
package enum ForeignNames {
    /// The advice for a global name; `nil` when there is none.
    package static func advice(for global: String) -> String? { globals[global] }

    /// The advice for a name on a library or a value: `random` on `math`, `startswith` on a string.
    /// - Parameter owner: the library's name, or the type's.
    package static func advice(for name: String, on owner: String) -> String? {
        let type = owner.hasPrefix("list of ") ? "list" : owner
        if let own = members[type]?[name] { return own }
        // The action is a string, too.
        if type == "action" { return advice(for: name, on: "string") }
        if type == "string", let known = members["text"]?[folded(name)] { return known }
        return nil
    }

    /// The name without case and underscores: `starts_with` and `startsWith` are one name.
    private static func folded(_ name: String) -> String { name.lowercased().filter { $0 != "_" } }

    /// The end of a message about an unknown name: the advice, or the nearest name that is known.
    /// - Parameter hasRequest: false for a script that has no `request`.
    package static func hint(for global: String, among known: [String], hasRequest: Bool = true) -> String {
        guard let advice = globals[global] ?? ForeignSpelling.advice(for: ExactName(global)) else {
            return Suggestion.hint(for: global, among: known)
        }
        guard !hasRequest, advice.contains("`request") else { return ": \(advice)" }
        return ": there is no request here"
    }

    /// The same for a name on a library or a value.
    static func hint(for name: String, on owner: String, among known: [String]) -> String {
        advice(for: name, on: owner).map { ": \($0)" } ?? Suggestion.hint(for: name, among: known)
    }

    // MARK: Globals

    /// The names, with the advice for all of them, as the documentation groups them.
    package static let groups: [(names: [String], advice: String)] =
        [
            (["io", "package", "require", "dofile", "loadfile"], "a decision reads nothing but its request"),
            (["os"], "the time is `request.time`, and a decision reads nothing else"),
            (
                ["debug", "print"],
                "a decision has no effects but its own: say it with `advise`, or look with `demilune repl`"
            ),
            (["load", "loadstring"], "only the file's own code may run"),
            (
                ["pcall", "xpcall", "coroutine"],
                "a failure, or an exceeded budget, must not be caught: test with `:has` before reading"
            ),
            (
                ["setmetatable", "getmetatable", "rawget", "rawset", "rawequal", "rawlen"],
                "checked operations must not be bypassed: write `x.y`, `x.y = z`, `==` and `#x`"
            ),
            (["collectgarbage"], "results must not differ from run to run"),
            (["_G", "getfenv", "setfenv", "module"], "there is no table of globals: use `local` variables"),
            (["_VERSION"], "policies are Lua 5.4"),
            (["next"], "write `for key, value in pairs(x) do`"),
            (["unpack"], "write `table.unpack`"),
            (["bit", "bit32"], "write the operators `&`, `|`, `~`, `<<` and `>>`"),
            (
                ["null", "None", "undefined", "NULL", "NIL", "Nil", "none"],
                "write `nil`; test with `:has` whether a property is present"
            ),
            (["True", "TRUE"], "write `true`"),
            (["False", "FALSE"], "write `false`"),
            (["this", "self"], "write the name of the variable: `request`"),
            (["console", "log", "echo", "printf"], "a decision has no effects but its own: say it with `advise`"),
            (["len"], "write `#x`, or `x:len()` for a string"),
            (["str"], "write `tostring(x)`"),
            (["int", "float", "Number"], "write `tonumber(x)`"),
            (["now", "today", "datetime", "Date", "clock"], "write `request.time` or `request.date`"),
            (["random", "rand"], "the same request must always get the same decision"),
            (["allow", "grant", "accept"], "write `permit`"),
            (["reject", "forbid", "refuse", "block", "disallow"], "write `deny`"),
            (["advice", "warn", "warning", "suggest"], "write `advise`"),
            (["obligation", "obligate"], "write `oblige`"),
            (["raise", "throw", "fail", "panic"], "write `error`, or `deny` to refuse"),
            (["input", "req"], "write `request`, the parameter of `decide`"),
            (["import", "include"], "write `local name = use \"plugin\"` at the top of the file"),
            (["config"], "write `local config = settings { … }` at the top of the file"),
        ] + requestParts

    private static let requestParts: [(names: [String], advice: String)] = Vocabulary.entries.filter {
        $0.owner == .request && !["time", "date"].contains($0.name)
    }.map { ([$0.name.text], "write `request.\($0.name)`") }

    private static let globals: [String: String] = Dictionary(
        groups.flatMap { group in group.names.map { ($0, group.advice) } }, uniquingKeysWith: { first, _ in first })

    // MARK: Members

    private static let sameDecision = "the same request must always get the same decision"
    private static let sameEverywhere = "its result may differ between machines"
    private static let length = "write `#x`"

    /// The advice for names on libraries and types.
    private static let members: [String: [String: String]] = [
        "math": [
            "random": sameDecision, "randomseed": sameDecision, "pow": "write `x ^ y`", "mod": "write `x % y`",
            "round": "write `math.floor(x + 0.5)`", "sin": sameEverywhere, "cos": sameEverywhere,
            "tan": sameEverywhere, "asin": sameEverywhere, "acos": sameEverywhere, "atan": sameEverywhere,
            "exp": sameEverywhere, "log": sameEverywhere, "log10": sameEverywhere, "deg": "write `x * 180 / math.pi`",
            "rad": "write `x * math.pi / 180`",
        ],
        "table": [
            "contains": "write a loop, or keep the values as keys: `local known = { sales = true }`, `known[x]`",
            "includes": "write a loop, or keep the values as keys: `local known = { sales = true }`, `known[x]`",
            "find": "write a loop, or keep the values as keys: `local known = { sales = true }`, `known[x]`",
            "indexof": "write a loop: `for i, value in ipairs(x) do`", "has": "write `x.name ~= nil`",
            "keys": "write `for key in pairs(x) do`", "getn": length, "maxn": length, "size": length, "len": length,
            "length": length, "count": length, "foreach": "write `for key, value in pairs(x) do`",
            "foreachi": "write `for i, value in ipairs(x) do`", "map": "write a loop: `for i, value in ipairs(x) do`",
            "filter": "write a loop: `for i, value in ipairs(x) do`", "join": "write `table.concat(x, \", \")`",
            "push": "write `table.insert(x, value)`", "append": "write `table.insert(x, value)`",
            "add": "write `table.insert(x, value)`", "pop": "write `table.remove(x)`",
            "move": "write a loop: `for i, value in ipairs(x) do`",
            "copy": "write a loop: `for key, value in pairs(x) do`",
        ],
        "string": [
            "dump": "only the file's own code may run", "pack": "there is no binary data in policies",
            "unpack": "there is no binary data in policies", "packsize": "there is no binary data in policies",
            "gfind": "write `x:gmatch(…)`",
        ],
        "utf8": [
            "codes": "write `utf8.codepoint(x, 1, -1)`, or `x:gmatch(utf8.charpattern)`",
            "offset": "write `x:gmatch(utf8.charpattern)`",
        ],
        // Names that other languages give to methods of strings, without case and underscores.
        "text": [
            "startswith": "write `x:sub(1, 7) == \"orders.\"`, with the length of the beginning",
            "hasprefix": "write `x:sub(1, 7) == \"orders.\"`, with the length of the beginning",
            "beginswith": "write `x:sub(1, 7) == \"orders.\"`, with the length of the beginning",
            "endswith": "write `x:sub(-5) == \".read\"`, with the length of the end",
            "hassuffix": "write `x:sub(-5) == \".read\"`, with the length of the end",
            "contains": "write `x:find(\"text\", 1, true) ~= nil`",
            "includes": "write `x:find(\"text\", 1, true) ~= nil`",
            "indexof": "write `x:find(\"text\", 1, true)`", "split": "write `for part in x:gmatch(\"[^,]+\") do`",
            "trim": "write `x:match(\"^%s*(.-)%s*$\")`", "strip": "write `x:match(\"^%s*(.-)%s*$\")`",
            "length": "write `x:len()`", "size": "write `x:len()`", "count": "write `x:len()`",
            "tolower": "write `x:lower()`", "tolowercase": "write `x:lower()`", "lowercase": "write `x:lower()`",
            "lowercased": "write `x:lower()`", "casefold": "write `x:lower()`", "toupper": "write `x:upper()`",
            "touppercase": "write `x:upper()`", "uppercase": "write `x:upper()`", "uppercased": "write `x:upper()`",
            "substring": "write `x:sub(first, last)`", "substr": "write `x:sub(first, last)`",
            "slice": "write `x:sub(first, last)`", "charat": "write `x:sub(i, i)`",
            "replace": "write `x:gsub(pattern, text)`", "replaceall": "write `x:gsub(pattern, text)`",
            "matches": "write `x:match(pattern)`", "test": "write `x:match(pattern)`", "equals": "write `x == y`",
            "isempty": "write `x == \"\"`", "concat": "write `x .. y`", "join": "write `table.concat(list, \", \")`",
            "tonumber": "write `tonumber(x)`", "tostring": "it is a string already",
        ],
        "list": [
            "length": "write `#list`", "size": "write `#list`", "count": "write `#list`", "len": "write `#list`",
            "includes": "write `list:contains(value)`", "has": "write `list:contains(value)`",
            "find": "write `list:contains(value)`, or a loop: `for _, value in ipairs(list) do`",
            "indexof": "write a loop: `for i, value in ipairs(list) do`",
            "first": "write `list[1]`, after testing `#list > 0`", "isempty": "write `#list == 0`",
            "is_empty": "write `#list == 0`", "empty": "write `#list == 0`",
        ],
        "instant": [
            "add": "write `x:plus { days = 1 }`", "minus": "write `x:plus { days = -1 }`",
            "time": "write `.time_of_day`",
            "format": "a reason shows it: `\"{time}\"`", "now": "write `request.time`", "wday": "write `x.weekday`",
            "min": "write `x.minute`", "day_of_week": "write `x.weekday`",
        ],
        "date": [
            "add": "write `x:plus { days = 1 }`", "minus": "write `x:plus { days = -1 }`",
            "hour": "a date has no time of day: write `request.time.hour`",
            "minute": "a date has no time of day: write `request.time.minute`",
            "format": "a reason shows it: `\"{date}\"`", "today": "write `request.date`", "wday": "write `x.weekday`",
            "day_of_week": "write `x.weekday`",
        ],
        "action": ["kind": "write `request.action_kind`", "id": "write `request.action.name`"],
        "token": [
            "has_permission": "write `token:can(permission)`", "permits": "write `token:can(permission)`",
            "permissions": "write `token:can(permission)`", "has_role": "write `token.user_type.name == \"…\"`",
            "type": "write `token.kind`", "owner": "write `token.user`", "expiry": "write `token.expires`",
            "expires_at": "write `token.expires`", "role": "write `token.user_type`",
            "roles": "write `token.user_type`",
        ],
        "actor": [
            "has_permission": "write `actor:can(permission)`", "permits": "write `actor:can(permission)`",
            "permissions": "write `actor:can(permission)`", "role": "write `actor.user_type`",
            "roles": "write `actor.user_type`", "operator": "write `actor.is_operator`",
            "name": "write `actor.user.name`",
        ],
        "department": [
            "contains": "write `other:is_within(department)`", "in": "write `department:is_within(other)`",
            "children": "write `other:is_within(department)`",
        ],
        "ip": [
            "in_network": "write `ip:is_within(\"10.0.0.0/8\")`", "contains": "write `ip:is_within(\"10.0.0.0/8\")`",
        ],
        "request": [
            "user": "write `request.token.user` or `request.actor.user`", "ip": "write `request.context.ip`",
            "now": "write `request.time`", "kind": "write `request.point` or `request.token.kind`",
            "type": "write `request.resource.type`", "today": "write `request.date`",
            "department": "write `request.token.department` or `request.resource.department`",
        ],
    ]
}
