-- Attempt: concat of a thousand texts of a megabyte
return { on = "access", grants = { "*" }, decide = function(request)
local s, t = ("x"):rep(500000), {} for i = 1, 1000 do t[i] = s end if #table.concat(t) > 1 then permit() end
end }
