-- Attempt: a loop with a step of zero and one of no number
return { on = "access", grants = { "*" }, decide = function(request)
for i = 1, 10, 0 do permit() end
end }
