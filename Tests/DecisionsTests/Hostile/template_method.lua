-- Attempt: a template that asks
return { on = "access", grants = { "*" }, decide = function(request) permit("{token.can}") end }
