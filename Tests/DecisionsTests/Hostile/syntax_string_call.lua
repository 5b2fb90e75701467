-- Attempt: a call by a string and by a table, without brackets
return { on = "access", grants = { "*" }, decide = function(request)
permit"x"{}
end }
