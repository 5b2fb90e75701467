-- Attempt: keys of half a megabyte, hashed each time
return { on = "access", grants = { "*" }, decide = function(request)
local s, t = ("x"):rep(500000), {} for i = 1, 100000 do local v = t[s .. i] end permit()
end }
