-- Attempt: periods that add up beyond an integer
return { on = "access", grants = { "*" }, decide = function(request)
local d = request.time for i = 1, 50 do d = d:plus { days = 10000000, hours = 10000000, minutes = -10000000 } end if d > request.time then permit() end
end }
