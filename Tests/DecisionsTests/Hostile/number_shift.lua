-- Attempt: shifts by far too much
return { on = "access", grants = { "*" }, decide = function(request)
local x = 1 << math.mininteger local y = 1 >> math.maxinteger error(x + y .. "")
end }
