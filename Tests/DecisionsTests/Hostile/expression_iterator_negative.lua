-- Attempt: the iterator of a list with negative and huge positions
return { on = "access", grants = { "*" }, decide = function(request)
local f = ipairs(request.context.tags) f(request.context.tags, -5) f(request.context.tags, math.mininteger) permit()
end }
