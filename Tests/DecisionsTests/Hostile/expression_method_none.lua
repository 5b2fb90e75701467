-- Attempt: a method called with nothing at all
return { on = "access", grants = { "*" }, decide = function(request)
local can = request.token.can if can() then permit() end
end }
