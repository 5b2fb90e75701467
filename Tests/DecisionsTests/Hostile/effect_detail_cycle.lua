-- Attempt: details that contain themselves
return { on = "access", grants = { "*" }, decide = function(request)
local t = {} t.t = t advise("x", t) permit()
end }
