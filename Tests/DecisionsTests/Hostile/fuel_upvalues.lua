-- Attempt: a closure for every instruction
return { on = "access", grants = { "*" }, decide = function(request)
local t = {} for i = 1, 1e9 do local x = i t[i] = function() return x end end permit()
end }
