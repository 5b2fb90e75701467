-- Attempt: a department glued into a string
return { on = "access", grants = { "*" }, decide = function(request)
permit("in " .. request.token.department)
end }
