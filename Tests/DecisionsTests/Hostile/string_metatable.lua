-- Attempt: a method added to all strings
return { on = "access", grants = { "*" }, decide = function(request)
("").permit = permit permit()
end }
