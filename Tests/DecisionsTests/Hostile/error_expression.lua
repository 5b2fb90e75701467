-- Attempt: an expression as an error
return { on = "access", grants = { "*" }, decide = function(request)
error(request.token.department)
end }
