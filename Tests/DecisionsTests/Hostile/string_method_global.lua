-- Attempt: a method that strings should not have, through the colon
return { on = "access", grants = { "*" }, decide = function(request)
("x"):dump() permit()
end }
