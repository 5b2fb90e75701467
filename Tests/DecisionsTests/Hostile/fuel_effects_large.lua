-- Attempt: as many effects as there may be, each with a table of thousands of entries
return { on = "access", grants = { "*" }, decide = function(request)
local t = {} for i = 1, 9000 do t["k" .. i] = i end for i = 1, 256 do advise("x", t) end permit()
end }
