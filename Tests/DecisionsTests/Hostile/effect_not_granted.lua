-- Attempt: a permit of what the policy does not grant
return { on = "access", grants = { "orders.approve" }, decide = function(request)
permit()
end }
