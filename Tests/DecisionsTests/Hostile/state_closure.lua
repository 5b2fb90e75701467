-- Attempt: a closure that remembers
local function counter() local n = 0 return function() n = n + 1 return n end end local memory = counter()
return { on = "access", grants = { "*" }, decide = function(request)
if memory() > 1 then permit() end
end }
