-- Attempt: a loop of goto, closures in it
return { on = "access", grants = { "*" }, decide = function(request)
local fs = {} ::again:: do local x = 1 fs[1] = function() return x end end goto again
end }
