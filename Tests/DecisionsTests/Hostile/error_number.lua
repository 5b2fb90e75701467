-- Attempt: a number as an error
return { on = "access", grants = { "*" }, decide = function(request)
error(0)
end }
