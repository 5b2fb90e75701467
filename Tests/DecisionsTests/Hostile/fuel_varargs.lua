-- Attempt: arguments in ever longer lists
return { on = "access", grants = { "*" }, decide = function(request)
local function f(...) return f(1, 2, 3, 4, 5, 6, 7, 8, ...) end f() permit()
end }
