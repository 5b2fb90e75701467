-- Attempt: a method called with a number in place of its value
return { on = "access", grants = { "*" }, decide = function(request)
local can = request.token.can if can(1, "orders.read") then permit() end
end }
