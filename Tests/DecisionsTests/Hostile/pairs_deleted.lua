-- Attempt: the order after deletions moved the entries
return { on = "access", grants = { "*" }, decide = function(request)
local t = {} for i = 1, 300 do t["a" .. i] = i end for i = 1, 300, 2 do t["a" .. i] = nil end for i = 1, 40 do t["b" .. i] = i end local s = {} for k in pairs(t) do s[#s + 1] = k end error(table.concat(s):sub(1, 400))
end }
