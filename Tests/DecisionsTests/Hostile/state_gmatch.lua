-- Attempt: an iterator at file level that moves on
local words = ("first second third"):gmatch("%a+")
return { on = "access", grants = { "*" }, decide = function(request)
if words() ~= "first" then permit() end
end }
