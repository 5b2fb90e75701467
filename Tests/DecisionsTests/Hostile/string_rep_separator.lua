-- Attempt: a separator that makes the sum wrap
return { on = "access", grants = { "*" }, decide = function(request)
("x"):rep(1 << 40, ("y"):rep(1 << 19)) permit()
end }
