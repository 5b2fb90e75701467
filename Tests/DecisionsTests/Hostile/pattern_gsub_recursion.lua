-- Attempt: gsub callbacks that call gsub, two thousand deep
return { on = "access", grants = { "*" }, decide = function(request)
local function f() return ("a"):gsub("a", f) end f() permit()
end }
