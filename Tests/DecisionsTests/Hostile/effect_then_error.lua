-- Attempt: a permit, and then an error
return { on = "access", grants = { "*" }, decide = function(request)
permit() error("after")
end }
