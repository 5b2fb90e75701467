-- Attempt: a snapshot of the keys of a large table, again and again
return { on = "access", grants = { "*" }, decide = function(request)
local t = {} for i = 1, 30000 do t[i] = i end for i = 1, 1000 do for k in pairs(t) do break end end permit()
end }
