-- Attempt: a table entry kept under an expression and found again by another object
return { on = "access", grants = { "*" }, decide = function(request)
local t = {} t[request.resource.department] = true if t[request.resource.department] then permit() end
end }
