-- Attempt: expressions sorted without a comparator, of different types
return { on = "access", grants = { "*" }, decide = function(request)
table.sort({ request.resource.amount, request.resource.note }) permit()
end }
