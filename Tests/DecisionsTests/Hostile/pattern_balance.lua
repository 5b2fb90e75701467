-- Attempt: an opening that never closes, sought everywhere
return { on = "access", grants = { "*" }, decide = function(request)
if ("("):rep(200000):find("%b()") then permit() end
end }
