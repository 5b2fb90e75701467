-- Attempt: division by zero of integers
return { on = "access", grants = { "*" }, decide = function(request)
local x = request.resource.amount // 0 permit()
end }
