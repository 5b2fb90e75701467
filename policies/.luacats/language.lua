---@meta _
-- Made by `demilune vocabulary --luacats`. What is changed here is lost.

---@class demilune.Request
---@field point demilune.Point # the decision point: `access`, `token.issue` …
---@field action demilune.Action|demilune.Point # the action's name
---@field action_kind "read"|"write"|"delete"|"admin" # `read`, `write`, `delete` or `admin`
---@field tenant string # the tenant's id
---@field time demilune.Instant # now
---@field date demilune.Date # today in the tenant's zone
---@field subject demilune.Token|demilune.Actor # who acts
---@field actor demilune.Actor # who administers; may be absent
---@field token demilune.Token # the subject's token, or the one acted upon; may be absent
---@field proposed demilune.Token # the token as it would be; may be absent
---@field resource demilune.Resource # what the action is about
---@field context demilune.Context # the circumstances
---@field has fun(self: demilune.Request, name: string): boolean # whether it is there

---@class demilune.Token
---@field id string # 32 hexadecimal digits; a proposed one has none; may be absent
---@field kind "api"|"mobile" # `api` or `mobile`
---@field name string # an API token's name; may be absent
---@field tenant string # the tenant's id
---@field user demilune.User # whom it stands for
---@field department demilune.Department # where it acts
---@field user_type demilune.UserType # as what it acts
---@field created demilune.Instant # when it was made
---@field expires demilune.Instant # the first instant it is no longer valid
---@field last_day demilune.Date # the last day it is valid, in the tenant's zone
---@field last_active demilune.Instant # when it was last used; may be absent
---@field dormant_since demilune.Instant # since when it counts as unused; may be absent
---@field is_managers boolean # Whether its user type is one that manages. (plugin org)
---@field conflicting_duty string # The duty of which it holds both halves, or "none". (plugin separation_of_duties)
---@field can fun(self: demilune.Token, permission: demilune.Action|string): boolean # whether it holds a permission
---@field can_any fun(self: demilune.Token, permissions: (demilune.Action|string)[]): boolean # whether it holds one of some permissions
---@field can_all fun(self: demilune.Token, permissions: (demilune.Action|string)[]): boolean # whether it holds all of some permissions
---@field meets fun(self: demilune.Token, department: demilune.Department): boolean # whether it has what a department and those above it require
---@field has fun(self: demilune.Token, name: string): boolean # whether it is there

---@class demilune.Actor
---@field user demilune.User # the administrator; the operator is no user; may be absent
---@field department demilune.Department # where the administrator acts; may be absent
---@field user_type demilune.UserType # as what the administrator acts; may be absent
---@field token demilune.Token # the token acted through; may be absent
---@field is_operator boolean # whether it holds the store and the key file
---@field can fun(self: demilune.Actor, permission: demilune.Action|string): boolean # whether it holds a permission
---@field can_any fun(self: demilune.Actor, permissions: (demilune.Action|string)[]): boolean # whether it holds one of some permissions
---@field can_all fun(self: demilune.Actor, permissions: (demilune.Action|string)[]): boolean # whether it holds all of some permissions
---@field meets fun(self: demilune.Actor, department: demilune.Department): boolean # whether it has what a department and those above it require
---@field covers fun(self: demilune.Actor, token: demilune.Token): boolean # whether a token's permissions are among the actor's and its department within the actor's
---@field has fun(self: demilune.Actor, name: string): boolean # whether it is there

---@class demilune.Department
---@field id string # its id
---@field name string # its name
---@field parent demilune.Department # the department above; may be absent
---@field depth number # 0 at the top of the tree
---@field active boolean # whether it is active
---@field path string # The names from the top of the tree down to it: `Nordlys Logistics / Sales / Sales North`. (plugin org)
---@field top demilune.Department # The department at the top of its tree. (plugin org)
---@field is_within fun(self: demilune.Department, other: demilune.Department): boolean # whether it is another department or lies under it
---@field is_within_any fun(self: demilune.Department, others: demilune.List.department|demilune.Department[]): boolean # whether it lies within one of some departments
---@field has fun(self: demilune.Department, name: string): boolean # whether it is there

---@class demilune.User
---@field id string # its id
---@field name string # the login name
---@field email string # the address
---@field active boolean # whether it is active
---@field permits fun(self: demilune.User, permission: demilune.Action|string): boolean # whether a permission is among its own

---@class demilune.UserType
---@field id string # its id
---@field name string # its name
---@field active boolean # whether it may be assigned to further users
---@field permits fun(self: demilune.UserType, permission: demilune.Action|string): boolean # whether a permission is among its own

---@class demilune.Instant
---@field date demilune.Date # its day in the tenant's zone
---@field year number # in the tenant's zone
---@field month number # 1 to 12
---@field day number # 1 to 31
---@field weekday number # 1 is Monday, 7 is Sunday
---@field hour number # 0 to 23
---@field minute number # 0 to 59
---@field plus fun(self: demilune.Instant, period: demilune.Period): demilune.Instant # so much later, by the calendar

---@class demilune.Date
---@field year number # 1 to 9999
---@field month number # 1 to 12
---@field day number # 1 to 31
---@field weekday number # 1 is Monday, 7 is Sunday
---@field plus fun(self: demilune.Date, period: demilune.Period): demilune.Date # so much later, by the calendar
---@field end_of_day fun(self: demilune.Date): demilune.Instant # the first instant of the next day

---@class demilune.IP
---@field is_within fun(self: demilune.IP, network: string): boolean # whether it is an address of a network: `10.0.0.0/8`
---@field is_within_any fun(self: demilune.IP, networks: string[]): boolean # whether it is an address of one of some networks

---@class demilune.List.string
---@field [integer] string
---@field contains fun(self: demilune.List.string, value: string): boolean # whether a value is in it
---@operator len: integer

---@class demilune.List.number
---@field [integer] number
---@field contains fun(self: demilune.List.number, value: number): boolean # whether a value is in it
---@operator len: integer

---@class demilune.List.boolean
---@field [integer] boolean
---@field contains fun(self: demilune.List.boolean, value: boolean): boolean # whether a value is in it
---@operator len: integer

---@class demilune.List.instant
---@field [integer] demilune.Instant
---@field contains fun(self: demilune.List.instant, value: demilune.Instant): boolean # whether a value is in it
---@operator len: integer

---@class demilune.List.date
---@field [integer] demilune.Date
---@field contains fun(self: demilune.List.date, value: demilune.Date): boolean # whether a value is in it
---@operator len: integer

---@class demilune.List.department
---@field [integer] demilune.Department
---@field contains fun(self: demilune.List.department, value: demilune.Department): boolean # whether a value is in it
---@operator len: integer

---@class demilune.List.user
---@field [integer] demilune.User
---@field contains fun(self: demilune.List.user, value: demilune.User): boolean # whether a value is in it
---@operator len: integer

---@class demilune.List.ip
---@field [integer] demilune.IP
---@field contains fun(self: demilune.List.ip, value: demilune.IP): boolean # whether a value is in it
---@operator len: integer

---@alias demilune.Point
---| "access"
---| "token.issue"
---| "token.amend"
---| "token.reveal"
---| "token.revoke"
---| "token.list"

---@class demilune.Period
---@field years? integer
---@field months? integer
---@field weeks? integer
---@field days? integer
---@field hours? integer
---@field minutes? integer

---@class demilune.Policy
---@field on demilune.Point|demilune.Point[] # when it is asked
---@field decide? fun(request: demilune.Request) # says what it has to say
---@field subject? demilune.SubjectType # at `access`: for whom it is; "token" without it
---@field grants? demilune.Grant[] # what it may permit; nothing without it
---@field mode? "decide"|"observe" # "observe": it is asked and reported, and decides nothing
---@field enabled? boolean # false: it is not asked
---@field about? string
---@field owner? string
---@field [string] function

---Allows, unless something denies. Only what `grants` name.
---@param reason? string
function permit(reason) end

---Refuses, whatever others say.
---@param reason string # `{token.department}` is filled in
---@param options? { code: string }
function deny(reason, options) end

---Decides nothing, and tells the person.
---@param reason string
---@param suggestion? table<string, any>
function advise(reason, suggestion) end

---Decides nothing; whoever enforces a permit must do this.
---@param name string
---@param details? table<string, any>
function oblige(name, details) end

---Declares the policy's parameters: a value gives type and default. `settings.json` sets them.
---@generic T: table
---@param declared T
---@return T
function settings(declared) end

---A list of a type, in a schema and in `settings`.
---@overload fun(type: "boolean"): demilune.List.boolean
---@overload fun(type: "date"): demilune.List.date
---@overload fun(type: "department"): demilune.List.department
---@overload fun(type: "instant"): demilune.List.instant
---@overload fun(type: "ip"): demilune.List.ip
---@overload fun(type: "number"): demilune.List.number
---@overload fun(type: "string"): demilune.List.string
---@overload fun(type: "user"): demilune.List.user
---@param type string
---@return table
function list(type) end

---A property that a request may have, in a schema.
---@param type string|table
---@return table
function optional(type) end

---@class demilune.Expectation
---@field permit? boolean
---@field deny? string # a policy
---@field code? string
---@field reason? string # a part of one
---@field advice? string # a policy
---@field details? table<string, any>
---@field obligation? string
---@field silent? boolean
---@field reads? any
---@field unread? any

---@class demilune.Test
---@field directory? string
---@field tenant? string
---@field at? string
---@field point? demilune.Point
---@field token? any
---@field subject? any
---@field actor? any
---@field action? string
---@field resource? table<string, any>
---@field context? table<string, any>
---@field proposed? table<string, any>
---@field settings? table<string, table<string, any>>
---@field only_policy? boolean
---@field expect? demilune.Expectation
---@field skip? string
---@field only? boolean
---@field cases? any

---A test of the policy that the file is named after.
---@param name string
---@param test demilune.Test
function test(name, test) end

---A table that tests share, by a name: `fixture "sales" { … }`.
---@param name string
---@return fun(content: table)
function fixture(name) end

---An organisation of the file's own, which its tests happen in.
---@param organisation table
function directory(organisation) end

---@param value any
---@return "nil"|"number"|"string"|"boolean"|"table"|"function"|"userdata"
function type(value) end

---@generic V
---@param list V[]|{ [integer]: V }
---@return fun(list: V[], index?: integer): integer, V
function ipairs(list) end

---@generic K, V
---@param table { [K]: V }
---@return fun(table: { [K]: V }, key?: K): K, V
function pairs(table) end

---@param which integer|"#"
---@param ... any
---@return any
function select(which, ...) end

---@generic T
---@param value T
---@param message? string
---@return T
function assert(value, message) end

---@param message any
function error(message) end

---@param value any
---@return string
function tostring(value) end

---@param value any
---@param base? integer
---@return number?
function tonumber(value, base) end
