-- Attempt: a global function of the author's own
function permit2() permit() end return { on = "access", grants = { "*" }, decide = permit2 }
