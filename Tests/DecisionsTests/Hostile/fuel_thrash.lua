-- Attempt: a table kept just below the limit of memory, with garbage beside it
return { on = "access", grants = { "*" }, decide = function(request)
local keep = {} for i = 1, 60000 do keep[i] = { i } end while true do local s = ("x"):rep(100000) end
end }
