-- Attempt: arithmetic with a text of the request
return { on = "access", grants = { "*" }, decide = function(request)
if request.resource.note + 1 > 0 then permit() end
end }
