-- Attempt: expressions as the bounds of a loop, without end
return { on = "access", grants = { "*" }, decide = function(request)
for i = request.resource.amount, math.huge do end permit()
end }
