-- Attempt: data that looks like a template, expanded
return { on = "access", grants = { "*" }, decide = function(request)
local n = request.context.template deny(n) if n == "Sales" then permit() end
end }
