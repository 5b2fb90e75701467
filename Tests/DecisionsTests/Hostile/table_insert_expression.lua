-- Attempt: an entry put into a list of the request
return { on = "access", grants = { "*" }, decide = function(request)
table.insert(request.context.tags, "admin") permit()
end }
