-- Attempt: constants of half a megabyte each, that the table of expressions keeps
return { on = "access", grants = { "*" }, decide = function(request)
local s = ("x"):rep(500000) for i = 1, 3000 do if request.resource.note == s .. i then permit() end end
end }
