-- Attempt: ten thousand details of a long note
return { on = "access", grants = { "*" }, decide = function(request)
local t = {} for i = 1, 9000 do t["n" .. i] = request.context.long end for i = 1, 200 do advise("x", t) end
end }
