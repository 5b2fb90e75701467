-- Attempt: a decide that changes after it was read
local p = { on = "access", grants = { "orders.approve" } }
function p.decide() p.grants = { "*" } permit() end
return p
