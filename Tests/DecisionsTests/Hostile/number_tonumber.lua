-- Attempt: a number of a million digits
return { on = "access", grants = { "*" }, decide = function(request)
local n = tonumber(("1"):rep(1000000)) local m = tonumber(("f"):rep(1000000), 16) if n or m then permit() end
end }
