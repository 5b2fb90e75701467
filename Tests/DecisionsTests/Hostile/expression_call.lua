-- Attempt: an expression called as a function
return { on = "access", grants = { "*" }, decide = function(request) request = request
request.resource.amount(1) permit()
end }
