-- Attempt: the length operator on what is no list
return { on = "access", grants = { "*" }, decide = function(request) request = request
if #request.resource.note > 0 then permit() end
end }
