-- Attempt: a message with an address in it
return { on = "access", grants = { "*" }, decide = function(request)
error(tostring(permit) .. tostring({}) .. tostring(request.resource.amount))
end }
