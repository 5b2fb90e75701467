-- Attempt: every malformed pattern, one after the other, for a byte beyond the end
return { on = "access", grants = { "*" }, decide = function(request)
for _, p in ipairs { "%", "[", "[^", "[%", "[a-", "(", ")", "%b", "%bx", "%f", "%f[", "(()", "%9", "(%1" } do ("abc"):find(p) end permit()
end }
