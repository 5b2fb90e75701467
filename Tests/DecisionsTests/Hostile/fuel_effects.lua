-- Attempt: effects without end
return { on = "access", grants = { "*" }, decide = function(request)
while true do advise("again") end
end }
