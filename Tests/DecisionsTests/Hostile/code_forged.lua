-- Attempt: a code that is the core's own
return { on = "access", grants = { "*" }, decide = function(request)
deny("x", { code = "permitted" })
end }
