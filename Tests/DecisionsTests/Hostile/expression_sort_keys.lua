-- Attempt: pairs over a table whose keys are expressions
return { on = "access", grants = { "*" }, decide = function(request)
local t = {} t[1] = request.resource for k, v in pairs({ [v or request.resource] = 1 }) do permit() end
end }
