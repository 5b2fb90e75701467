-- Attempt: an endless loop at file level
while true do end return { on = "access", grants = { "*" }, decide = function() permit() end }
