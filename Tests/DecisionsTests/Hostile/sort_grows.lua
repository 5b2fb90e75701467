-- Attempt: a comparator that grows the table it sorts
return { on = "access", grants = { "*" }, decide = function(request)
local t = { 2, 1 } table.sort(t, function(a, b) for i = 1, 100 do t[#t + 1] = i end return a < b end) error(#t .. "")
end }
