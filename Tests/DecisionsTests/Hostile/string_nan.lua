-- Attempt: the sign of a not-a-number in every text
return { on = "access", grants = { "*" }, decide = function(request)
error(tostring(0/0) .. string.format("%f %g", 0/0, -(0/0)) .. table.concat({ 0/0, -(0/0) }))
end }
