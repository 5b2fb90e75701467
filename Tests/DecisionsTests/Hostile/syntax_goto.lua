-- Attempt: a jump into the scope of a local
goto x do local a <const> = 1 ::x:: end return { on = "access", grants = { "*" }, decide = function() permit() end }
