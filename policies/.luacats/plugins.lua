---@meta _
-- Made by `demilune vocabulary --luacats`. What is changed here is lost.

---Keeps what was refused
---@class demilune.plugin.audit

---Whether the business of a tenant is open
---@class demilune.plugin.business_hours
---@field holiday fun(day?: demilune.Date|string): boolean # Whether a day, or today, is a holiday of the tenant.
---@field open fun(at?: demilune.Instant|string): boolean # Whether a time, or now, lies in the tenant's weekly hours and on no holiday.
---@field shift fun(zone: string, time: demilune.Instant|string): "night"|"day"|"evening" # How late it is somewhere else: `business_hours.shift("Asia/Tokyo", request.time)`.
---@field holidays demilune.plugin.business_hours.holidays # Days on which it is closed, and why.
---@field hours demilune.plugin.business_hours.hours # From when to when it is open; weekday 1 is Monday, and a day may have several rows.

---@class demilune.plugin.business_hours.holidays
---@field [integer] demilune.plugin.business_hours.holidays.row
---@operator len: integer

---@class demilune.plugin.business_hours.holidays.row
---@field date demilune.Date # in every row
---@field name string # in every row
---@field tenant string # in every row
---@field has fun(self: demilune.plugin.business_hours.holidays.row, name: "date"|"name"|"tenant"): boolean # whether it is there

---@class demilune.plugin.business_hours.hours
---@field [integer] demilune.plugin.business_hours.hours.row
---@operator len: integer

---@class demilune.plugin.business_hours.hours.row
---@field closes string # in every row
---@field opens string # in every row
---@field tenant string # in every row
---@field weekday number # in every row
---@field has fun(self: demilune.plugin.business_hours.hours.row, name: "closes"|"opens"|"tenant"|"weekday"): boolean # whether it is there

---Whether an address is one of a network
---@class demilune.plugin.cidr
---@field contains fun(network: string, address: demilune.IP|string): boolean # Whether an address is one of a network: `cidr.contains("10.0.0.0/8", request.context.ip)`.
---@field contains_any fun(networks: demilune.List.string|string[], address: demilune.IP|string): boolean # Whether an address is one of some networks; the list may be a setting, so that each tenant has its own.
---@field is_private fun(address: demilune.IP|string): boolean # Whether an address is of a network that is routed nowhere: private, loopback or link-local.

---Walks of the department tree: managers, siblings, common ancestors
---@class demilune.plugin.org
---@field common_ancestor fun(one: demilune.Department, other: demilune.Department): demilune.Department # The nearest department that two departments lie in; one of them, where it holds the other.
---@field distance fun(one: demilune.Department, other: demilune.Department): number # How many steps up and down the tree lead from one department to another.
---@field manages fun(token: demilune.Token, department: demilune.Department): boolean # Whether a token is a manager's, of a department or of one above it; `managers.csv` says which user types manage.
---@field siblings fun(one: demilune.Department, other: demilune.Department): boolean # Whether two departments lie directly under the same one, and are not the same.
---@field managers demilune.plugin.org.managers # User types whose holders manage the department they act in, and those under it.

---@class demilune.plugin.org.managers
---@field get fun(self: demilune.plugin.org.managers, user_type: string): demilune.plugin.org.managers.row # the row of a key, which must be there
---@field has fun(self: demilune.plugin.org.managers, user_type: string): boolean # whether there is a row of that key
---@field [integer] demilune.plugin.org.managers.row
---@operator len: integer

---@class demilune.plugin.org.managers.row
---@field user_type string # in every row
---@field has fun(self: demilune.plugin.org.managers.row, name: "user_type"): boolean # whether it is there

---Permissions that no one token holds together
---@class demilune.plugin.separation_of_duties
---@field conflict fun(token: demilune.Token): boolean # Whether a token holds both halves of some duty.
---@field duties demilune.plugin.separation_of_duties.duties # Duties, and the two permissions that are not to be held together.

---@class demilune.plugin.separation_of_duties.duties
---@field get fun(self: demilune.plugin.separation_of_duties.duties, duty: string): demilune.plugin.separation_of_duties.duties.row # the row of a key, which must be there
---@field has fun(self: demilune.plugin.separation_of_duties.duties, duty: string): boolean # whether there is a row of that key
---@field [integer] demilune.plugin.separation_of_duties.duties.row
---@operator len: integer

---@class demilune.plugin.separation_of_duties.duties.row
---@field duty string # in every row
---@field one string # in every row
---@field other string # in every row
---@field has fun(self: demilune.plugin.separation_of_duties.duties.row, name: "duty"|"one"|"other"): boolean # whether it is there

---What a plugin provides.
---@param plugin "audit"
---@return demilune.plugin.audit
---@overload fun(plugin: "business_hours"): demilune.plugin.business_hours
---@overload fun(plugin: "cidr"): demilune.plugin.cidr
---@overload fun(plugin: "org"): demilune.plugin.org
---@overload fun(plugin: "separation_of_duties"): demilune.plugin.separation_of_duties
function use(plugin) end
