-- Attempt: a comparator that raises in the middle
return { on = "access", grants = { "*" }, decide = function(request)
local t = { 3, 1, 2, 5, 4 } table.sort(t, function(a, b) if a == 5 then error("five") end return a < b end) permit()
end }
