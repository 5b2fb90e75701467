-- Attempt: a hundred thousand elements of a list of three
return { on = "access", grants = { "*" }, decide = function(request)
local f = ipairs(request.context.tags) for i = 0, 99999 do f(request.context.tags, i % 3) end error("done")
end }
