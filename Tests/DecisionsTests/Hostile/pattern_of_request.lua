-- Attempt: a pattern made from the request that never ends
return { on = "access", grants = { "*" }, decide = function(request)
if request.resource.note:rep(1000):find(request.context.pattern:rep(50) .. "(.-)(.-)(.-)(.-)(.-)\0\1\2") then permit() end
end }
