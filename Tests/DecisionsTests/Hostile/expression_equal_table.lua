-- Attempt: an expression compared with a table
return { on = "access", grants = { "*" }, decide = function(request) request = request
if request.resource.amount ~= {} then permit() end
end }
