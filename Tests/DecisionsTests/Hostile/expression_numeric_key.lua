-- Attempt: a number of the request as a key beside the same float
return { on = "access", grants = { "*" }, decide = function(request)
local t = { [request.resource.amount] = "i", [12.0] = "f" } if t[12] ~= "f" then permit() end
end }
