-- Attempt: a method of one value called on another that lacks it
return { on = "access", grants = { "*" }, decide = function(request)
local can = request.token.can if can(request.resource, "orders.read") then permit() end
end }
