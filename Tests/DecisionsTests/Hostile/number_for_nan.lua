-- Attempt: a loop from no number
return { on = "access", grants = { "*" }, decide = function(request)
for i = 0/0, 10 do end for i = 1, 0/0 do permit() end error("done")
end }
