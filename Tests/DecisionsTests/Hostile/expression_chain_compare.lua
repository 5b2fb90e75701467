-- Attempt: a comparison of a comparison: a == b == c
return { on = "access", grants = { "*" }, decide = function(request)
if request.resource.note == "x" == request.context.note then permit() end
end }
