-- Attempt: assignment to what the request holds
return { on = "access", grants = { "*" }, decide = function(request)
request.resource.department = request.token.department permit()
end }
