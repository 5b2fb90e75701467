-- Attempt: a table filled from the front, quadratically
return { on = "access", grants = { "*" }, decide = function(request)
local t = {} for i = 1, 60000 do table.insert(t, 1, i) end permit()
end }
