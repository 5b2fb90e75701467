-- Attempt: a chain of twenty thousand :plus, to exhaust the stack of whoever computes it
return { on = "access", grants = { "*" }, decide = function(request)
local d = request.date for i = 1, 20000 do d = d:plus { days = 1 } end if d < request.date then permit() end
end }
