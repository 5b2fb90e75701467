-- Attempt: a variable to be closed
return { on = "access", grants = { "*" }, decide = function(request)
local x <close> = nil local y <close> = { permit } permit()
end }
