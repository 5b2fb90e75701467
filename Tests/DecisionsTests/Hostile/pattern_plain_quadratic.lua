-- Attempt: a plain search of half the subject
return { on = "access", grants = { "*" }, decide = function(request)
if (("a"):rep(400000) .. "c"):find(("a"):rep(200000) .. "b", 1, true) then permit() end
end }
