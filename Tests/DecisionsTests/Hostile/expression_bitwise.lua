-- Attempt: bit operations on an expression
return { on = "access", grants = { "*" }, decide = function(request)
if request.resource.amount | 0 == 12 then permit() end
end }
