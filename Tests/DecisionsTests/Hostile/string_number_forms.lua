-- Attempt: numbers as texts at the edges
return { on = "access", grants = { "*" }, decide = function(request)
error(tostring(2^63) .. tostring(-0.0) .. (2^53 .. "") .. math.mininteger .. tostring(1e308 * 10) .. 1e15 .. 123456789012345678)
end }
