-- Attempt: a table as an error
return { on = "access", grants = { "*" }, decide = function(request)
error({ allow = true, permit = permit })
end }
