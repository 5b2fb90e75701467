-- Attempt: a permit among denies, in hope that one is lost
return { on = "access", grants = { "*" }, decide = function(request)
for i = 1, 255 do advise("a") end permit() deny("b")
end }
