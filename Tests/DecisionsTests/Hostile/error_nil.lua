-- Attempt: nothing as an error
return { on = "access", grants = { "*" }, decide = function(request)
error(nil)
end }
