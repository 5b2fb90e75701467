-- Attempt: a department that equals its name as a string, as stock == would have it silently unequal
return { on = "access", grants = { "*" }, decide = function(request) request = request
if request.resource.department ~= "North" then permit() end
end }
