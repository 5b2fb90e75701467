-- Attempt: almost as many expressions as the table holds, in silence, for others to fail
return { on = "access", grants = { "*" }, decide = function(request)
for i = 1, 30000 do if request.resource.note == i .. "" then permit() end end
end }
