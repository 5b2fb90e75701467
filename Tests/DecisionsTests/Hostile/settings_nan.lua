-- Attempt: a setting that is no number
local c = settings { limit = 0/0, most = 1/0 } return { on = "access", grants = { "*" }, decide = function(request) if request.resource.amount > c.limit or request.resource.amount > c.most or request.resource.amount == c.limit then permit() end end }
