-- Attempt: twenty thousand facts and one more
return { on = "access", grants = { "*" }, decide = function(request)
for i = 1, 20001 do if request.resource.amount == i + 100 then permit() end end permit()
end }
