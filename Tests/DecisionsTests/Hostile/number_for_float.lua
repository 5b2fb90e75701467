-- Attempt: a loop whose step is too small to move it
return { on = "access", grants = { "*" }, decide = function(request)
for i = 1e16, 1e16 + 10, 0.1 do end permit()
end }
