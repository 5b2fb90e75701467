-- Attempt: unpack in unpack, for more values than the stack holds
return { on = "access", grants = { "*" }, decide = function(request)
local function f(...) return f(table.unpack({ ... }, 1, 199), ...) end f(1) permit()
end }
