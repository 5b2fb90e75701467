-- Attempt: grants that are something else each time
local n = 0 n = n + 1 return { on = "access", grants = n > 1 and { "*" } or { "orders.approve" }, decide = function() permit() end }
