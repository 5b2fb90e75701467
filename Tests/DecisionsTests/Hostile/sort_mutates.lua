-- Attempt: a comparator that empties the table it sorts
return { on = "access", grants = { "*" }, decide = function(request)
local t = {} for i = 1, 200 do t[i] = 200 - i end table.sort(t, function(a, b) for i = 1, 200 do t[i] = nil end return a < b end) error(#t .. "")
end }
