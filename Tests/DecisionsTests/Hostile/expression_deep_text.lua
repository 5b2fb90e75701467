-- Attempt: facts whose text grows with each fact, for a trace of gigabytes
return { on = "access", grants = { "*" }, decide = function(request)
local d = request.date for i = 1, 15000 do d = d:plus { days = 1 } if d < request.date then permit() end end
end }
