-- Attempt: a back-reference of half the subject at every place
return { on = "access", grants = { "*" }, decide = function(request)
if ("a"):rep(100000):find("(a+)%1b") then permit() end
end }
