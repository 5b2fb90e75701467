-- Attempt: a period beyond all calendars
return { on = "access", grants = { "*" }, decide = function(request)
if request.date:plus { years = 10000000 } > request.date then permit() end
end }
