-- Attempt: an iterator of gmatch called on after it failed
return { on = "access", grants = { "*" }, decide = function(request)
local f = ("a"):rep(100):gmatch(("(a?)"):rep(33)) f() f() permit()
end }
