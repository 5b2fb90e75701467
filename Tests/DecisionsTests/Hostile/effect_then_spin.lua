-- Attempt: a permit, and then no end
return { on = "access", grants = { "*" }, decide = function(request)
permit() while true do end
end }
