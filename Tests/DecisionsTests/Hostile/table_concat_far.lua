-- Attempt: concat over positions at the edge of the integers
return { on = "access", grants = { "*" }, decide = function(request)
table.concat({}, "", math.maxinteger - 1, math.maxinteger) permit()
end }
