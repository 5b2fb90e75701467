-- Attempt: a chain of :plus handed out as a detail, to be computed while it is told
return { on = "access", grants = { "*" }, decide = function(request)
local d = request.date for i = 1, 20000 do d = d:plus { days = 1 } end advise("x", { day = d })
end }
