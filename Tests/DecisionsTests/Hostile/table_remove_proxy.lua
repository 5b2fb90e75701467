-- Attempt: an entry taken out of a library by a table function
return { on = "access", grants = { "*" }, decide = function(request)
table.remove(math, 1) permit()
end }
