-- Attempt: the environment as a parameter
return { on = "access", grants = { "*" }, decide = function(_ENV) permit() end }
