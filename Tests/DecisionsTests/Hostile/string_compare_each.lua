-- Attempt: half a megabyte compared at every instruction
return { on = "access", grants = { "*" }, decide = function(request)
local s, t = ("x"):rep(500000), ("x"):rep(499999) .. "y" while true do local b = s < t end
end }
