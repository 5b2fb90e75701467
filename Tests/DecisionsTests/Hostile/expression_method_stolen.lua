-- Attempt: has of the context asked on a department, by the function itself
return { on = "access", grants = { "*" }, decide = function(request)
local has = request.context.has if has(request.token.department, "note") then permit() end
end }
