-- Attempt: settings as memory
local config = settings { limit = 1 }
return { on = "access", grants = { "*" }, decide = function(request)
config.limit = 5 permit()
end }
