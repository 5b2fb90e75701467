-- Attempt: a gsub that doubles its subject each time
return { on = "access", grants = { "*" }, decide = function(request)
local s = "ab" while true do s = s:gsub("[ab]", "%0%0%0%0") end
end }
