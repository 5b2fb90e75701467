-- Attempt: error in place of decide
return { on = "access", grants = { "*" }, decide = error }
