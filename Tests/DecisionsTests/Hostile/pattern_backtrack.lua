-- Attempt: a pattern that backtracks for ever
return { on = "access", grants = { "*" }, decide = function(request)
if ("a"):rep(200):find((".-"):rep(12) .. "b") then permit() end
end }
