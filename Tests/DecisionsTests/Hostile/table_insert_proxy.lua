-- Attempt: an entry put into a library by a table function
return { on = "access", grants = { "*" }, decide = function(request)
table.insert(string, function() return true end) permit()
end }
