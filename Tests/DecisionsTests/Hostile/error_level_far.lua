-- Attempt: an error that blames a level that does not exist
return { on = "access", grants = { "*" }, decide = function(request)
error("far", 199) permit()
end }
