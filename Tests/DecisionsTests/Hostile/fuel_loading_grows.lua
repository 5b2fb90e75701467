-- Attempt: a file level that costs more each evaluation
local n = 0 for i = 1, 300000 do n = n + i end return { on = "access", grants = { "*" }, decide = function() if n ~= 45000150000 then permit() end error(n .. "") end }
