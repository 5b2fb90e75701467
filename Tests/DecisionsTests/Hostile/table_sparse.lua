-- Attempt: a table whose length lies
return { on = "access", grants = { "*" }, decide = function(request)
local t = { [1] = 1, [2] = 2, [4] = 4, [1000000] = 1 } for i = 1, 20 do table.insert(t, i) table.remove(t, 1) end table.concat(t) error(#t .. "")
end }
