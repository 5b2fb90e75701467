-- Attempt: pairs over keys that are functions
return { on = "access", grants = { "*" }, decide = function(request)
for k in pairs { [permit] = 1, [deny] = 2 } do k() end
end }
