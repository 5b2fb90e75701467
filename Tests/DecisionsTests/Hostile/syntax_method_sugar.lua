-- Attempt: a method call on a comparison
return { on = "access", grants = { "*" }, decide = function(request)
if (request.resource.note == "x"):permit() then permit() end
end }
