-- Attempt: tables handed to the host, deep and wide
return { on = "access", grants = { "*" }, decide = function(request)
local t = {} for i = 1, 16 do t = { t, t } end deny("x", t)
end }
