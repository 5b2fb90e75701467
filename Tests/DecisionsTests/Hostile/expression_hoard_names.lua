-- Attempt: names that do not exist, a new one each time, for a cache without bounds
return { on = "access", grants = { "*" }, decide = function(request)
for i = 1, 60000 do if request.resource:has("n" .. i) then permit() end end
end }
