-- Attempt: ten thousand settings
local t = {} for i = 1, 9000 do t["s" .. i] = i end local c = settings(t) return { on = "access", grants = { "*" }, decide = function(request) if c.s1 ~= 1 then permit() end error("done") end }
