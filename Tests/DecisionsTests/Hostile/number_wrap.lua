-- Attempt: an integer that wraps beyond the limit
return { on = "access", grants = { "*" }, decide = function(request)
if request.resource.amount + math.maxinteger < 0 and request.resource.amount > 0 then error("wrapped") end permit()
end }
