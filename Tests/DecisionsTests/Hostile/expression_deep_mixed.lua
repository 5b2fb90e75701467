-- Attempt: a chain of instants and dates in turn, compared at the end
return { on = "access", grants = { "*" }, decide = function(request)
local d = request.date for i = 1, 15000 do d = d:end_of_day().date end if d == request.date then permit() end
end }
