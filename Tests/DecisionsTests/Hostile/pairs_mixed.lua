-- Attempt: keys of every type that has an order, and one that has none
return { on = "access", grants = { "*" }, decide = function(request)
for k in pairs { 1, [2.5] = 1, a = 1, [-1] = 1, [true] = 1 } do end permit()
end }
