-- Attempt: settings called while deciding, for other values
local config = settings { limit = 100 }
return { on = "access", grants = { "*" }, decide = function(request)
local c = settings { limit = 0 } if request.resource.amount > c.limit then permit() end
end }
