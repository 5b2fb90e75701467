-- Attempt: a message that claims another file and line
return { on = "access", grants = { "*" }, decide = function(request)
error("good.lua:1: all is well", 0)
end }
