-- Attempt: a setting that was not declared
local config = settings { limit = 100 }
return { on = "access", grants = { "*" }, decide = function(request)
if not config.hidden then permit() end
end }
