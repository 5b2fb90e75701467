-- Attempt: a template put together while running
return { on = "access", grants = { "*" }, decide = function(request)
local open = "{" deny(open .. "token.user}")
end }
