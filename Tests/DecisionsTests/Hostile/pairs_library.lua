-- Attempt: the functions of a library, listed
return { on = "access", grants = { "*" }, decide = function(request)
for name, f in pairs(string) do permit(name) end
end }
