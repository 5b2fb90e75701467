-- Attempt: a string indexed by an expression
return { on = "access", grants = { "*" }, decide = function(request)
local f = ("x")[request.resource.note] if f then permit() end
end }
