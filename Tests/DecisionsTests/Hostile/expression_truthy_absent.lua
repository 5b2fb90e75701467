-- Attempt: a property that is absent taken for false
return { on = "access", grants = { "*" }, decide = function(request) request = request
if not request.resource.owner_id then permit() end
end }
