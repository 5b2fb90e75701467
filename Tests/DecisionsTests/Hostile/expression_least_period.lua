-- Attempt: a period of the least integer, whose absolute value no integer holds
return { on = "access", grants = { "*" }, decide = function(request)
if request.date:plus { days = math.mininteger } < request.date then permit() end
end }
