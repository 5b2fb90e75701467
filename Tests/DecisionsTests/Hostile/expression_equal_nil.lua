-- Attempt: an expression compared with nil to learn whether it is there
return { on = "access", grants = { "*" }, decide = function(request) request = request
if request.resource.department ~= nil then permit() end
end }
