-- Attempt: an error that blames somebody else's line
return { on = "access", grants = { "*" }, decide = function(request)
error("not here", 2)
end }
