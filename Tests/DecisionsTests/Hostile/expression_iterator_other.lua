-- Attempt: the iterator of a list on the request itself
return { on = "access", grants = { "*" }, decide = function(request)
local f = ipairs(request.context.tags) local i, v = f(request, 0) if i then permit() end
end }
