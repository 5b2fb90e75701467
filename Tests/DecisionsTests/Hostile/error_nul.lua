-- Attempt: a message with zeros in it
return { on = "access", grants = { "*" }, decide = function(request)
error("a\0b\0c", 0)
end }
