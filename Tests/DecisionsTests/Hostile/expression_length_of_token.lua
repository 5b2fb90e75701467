-- Attempt: the length operator on what has no length
return { on = "access", grants = { "*" }, decide = function(request) request = request
if #request.token > 0 then permit() end
end }
