-- Attempt: more expressions than the table holds, so that other policies find no room
return { on = "access", grants = { "*" }, decide = function(request)
for i = 1, 90000 do if request.resource.note == "n" .. i then permit() end end
end }
