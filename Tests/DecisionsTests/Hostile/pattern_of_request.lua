-- Attempt: a pattern made from the request
return { on = "access", grants = { "*" }, decide = function(request)
if request.resource.note:find(request.context.pattern) then permit() end
end }
