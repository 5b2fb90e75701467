-- Attempt: an obligation with a name of a megabyte
return { on = "access", grants = { "*" }, decide = function(request)
oblige(("x"):rep(1000000)) permit()
end }
