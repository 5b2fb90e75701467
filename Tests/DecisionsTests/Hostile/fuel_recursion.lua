-- Attempt: recursion without end
return { on = "access", grants = { "*" }, decide = function(request)
local function f(n) return 1 + f(n + 1) end f(1) permit()
end }
