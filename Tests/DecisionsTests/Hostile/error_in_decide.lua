-- Attempt: decide that is an effect
return { on = "access", grants = { "*" }, decide = function(request)
error(1, 2)
end }
