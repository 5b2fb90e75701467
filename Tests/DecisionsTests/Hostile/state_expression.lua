-- Attempt: an expression kept from one request for the next
local kept
return { on = "access", grants = { "*" }, decide = function(request)
if kept then permit() end kept = request.resource.amount
end }
