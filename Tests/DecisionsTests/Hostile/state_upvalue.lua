-- Attempt: an upvalue that counts evaluations
local n = 0
return { on = "access", grants = { "*" }, decide = function(request)
n = n + 1 if n > 1 then permit() end
end }
