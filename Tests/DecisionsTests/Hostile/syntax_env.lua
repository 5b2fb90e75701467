-- Attempt: the environment as a local
local _ENV = { permit = permit } return { on = "access", grants = { "*" }, decide = function() permit() end }
