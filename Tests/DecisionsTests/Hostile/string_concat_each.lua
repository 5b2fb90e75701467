-- Attempt: half a megabyte glued anew at every instruction
return { on = "access", grants = { "*" }, decide = function(request)
local s = ("x"):rep(500000) while true do local t = s .. "y" end
end }
