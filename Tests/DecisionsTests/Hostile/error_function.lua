-- Attempt: an effect as an error
return { on = "access", grants = { "*" }, decide = function(request)
error(permit)
end }
