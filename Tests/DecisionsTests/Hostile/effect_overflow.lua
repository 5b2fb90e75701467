-- Attempt: effects until one too many, then a permit
return { on = "access", grants = { "*" }, decide = function(request)
for i = 1, 300 do permit() end
end }
