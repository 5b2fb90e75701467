-- Attempt: a permit, and then recursion without end
return { on = "access", grants = { "*" }, decide = function(request)
permit() local function f() return 1 + f() end f()
end }
