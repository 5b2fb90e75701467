-- Attempt: assert with a table for a message
return { on = "access", grants = { "*" }, decide = function(request)
assert(false, { permit = true })
end }
