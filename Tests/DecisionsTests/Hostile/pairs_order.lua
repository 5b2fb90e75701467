-- Attempt: the order in which strings were hashed
return { on = "access", grants = { "*" }, decide = function(request)
local t = {} for i = 1, 200 do t[("%x"):format(i * 7919)] = i end local s = {} for k in pairs(t) do s[#s + 1] = k end error(table.concat(s, " "):sub(1, 400))
end }
