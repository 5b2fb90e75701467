-- Attempt: select over long lists of arguments, quadratically
return { on = "access", grants = { "*" }, decide = function(request)
local function f(...) local s = 0 for i = 1, select("#", ...) do s = s + select(i, ...) end return s end local t = {} for i = 1, 190 do t[i] = i end for i = 1, 1000000 do f(table.unpack(t)) end permit()
end }
