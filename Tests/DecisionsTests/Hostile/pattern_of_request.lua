-- Attempt: a pattern made from the request, tried on a text made from it, that has no end
return { on = "access", grants = { "*" }, decide = function(request)
if request.resource.note:rep(1000):find(request.context.pattern:rep(5) .. "\0") then permit() end
end }
