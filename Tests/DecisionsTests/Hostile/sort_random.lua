-- Attempt: a comparator that never agrees with itself
return { on = "access", grants = { "*" }, decide = function(request)
local n, t = 0, {} for i = 1, 3000 do t[i] = i end table.sort(t, function() n = n * 1103515245 + 12345 & 0xffff return n > 0x7fff end) error(table.concat(t, ",", 1, 60))
end }
