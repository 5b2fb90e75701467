-- Attempt: a table that loses and gains entries while it is walked
return { on = "access", grants = { "*" }, decide = function(request)
local t = {} for i = 1, 50 do t["k" .. i] = i end local n = 0 for k in pairs(t) do n = n + 1 t[k] = nil t["z" .. n] = n if n > 1000 then permit() end end error("walked " .. n)
end }
