-- Attempt: true as an error
return { on = "access", grants = { "*" }, decide = function(request)
error(true)
end }
