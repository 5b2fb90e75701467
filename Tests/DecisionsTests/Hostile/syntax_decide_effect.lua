-- Attempt: an effect in place of decide
return { on = "access", grants = { "*" }, decide = permit }
