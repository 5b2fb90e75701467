-- Attempt: assignment to a method of the request
return { on = "access", grants = { "*" }, decide = function(request)
request.token.can = function() return true end permit()
end }
