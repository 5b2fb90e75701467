-- Attempt: a library as memory
return { on = "access", grants = { "*" }, decide = function(request)
if string.seen then permit() end string.seen = true
end }
