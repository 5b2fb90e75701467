-- Attempt: a library sorted
return { on = "access", grants = { "*" }, decide = function(request)
table.sort(string) permit()
end }
