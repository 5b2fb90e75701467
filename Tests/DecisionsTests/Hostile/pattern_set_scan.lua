-- Attempt: a set as long as the subject
return { on = "access", grants = { "*" }, decide = function(request)
local s = ("a"):rep(60000) if s:find("[" .. ("b"):rep(60000) .. "]") then permit() end
end }
