-- Attempt: many long names through has, for slow suggestions
return { on = "access", grants = { "*" }, decide = function(request)
for i = 1, 100 do request.resource:has(("x"):rep(90000) .. i) end
end }
