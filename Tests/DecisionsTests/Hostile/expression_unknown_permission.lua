-- Attempt: a permission that no catalogue has, made while running
return { on = "access", grants = { "*" }, decide = function(request)
if request.token:can("orders" .. ".*") then permit() end
end }
