-- Attempt: settings declared twice
local a, b = settings { x = 1 }, settings { y = 2 } return { on = "access", grants = { "*" }, decide = function() permit() end }
