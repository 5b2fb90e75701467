-- Attempt: a message of a megabyte
return { on = "access", grants = { "*" }, decide = function(request)
error(("m"):rep(1000000), 0)
end }
