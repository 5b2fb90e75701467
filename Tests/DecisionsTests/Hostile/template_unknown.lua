-- Attempt: a template that names what does not exist
return { on = "access", grants = { "*" }, decide = function(request) permit("{token.secret}") end }
