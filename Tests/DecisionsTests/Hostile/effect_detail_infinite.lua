-- Attempt: details that are infinite or no number
return { on = "access", grants = { "*" }, decide = function(request)
advise("x", { a = 1/0, b = 0/0 }) permit()
end }
