-- Attempt: a department glued into a string
return { on = "access", grants = { "*" }, decide = function(request) request = request
permit("in " .. request.token.department)
end }
