-- Attempt: many optional letters before as many needed ones
return { on = "access", grants = { "*" }, decide = function(request)
local n = 28 if ("a"):rep(n):find("^" .. ("a?"):rep(n) .. ("a"):rep(n) .. "b") then permit() end
end }
