-- Attempt: a setting read while loading, to decide by it
local c = settings { limit = 1 } local grants = c.limit < 5 and { "*" } or {} return { on = "access", grants = grants, decide = function() permit() end }
