-- Attempt: all the bytes of a text as results
return { on = "access", grants = { "*" }, decide = function(request)
local n = select("#", (("x"):rep(300000)):byte(1, -1)) permit()
end }
