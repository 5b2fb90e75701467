-- Attempt: formats of great width, many of them
return { on = "access", grants = { "*" }, decide = function(request)
local f = ("%99d"):rep(500) for i = 1, 10000 do f:format(table.unpack({ 1, 2, 3 })) end permit()
end }
