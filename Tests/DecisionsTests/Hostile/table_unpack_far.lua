-- Attempt: unpack over the whole range of the integers
return { on = "access", grants = { "*" }, decide = function(request)
table.unpack({}, math.mininteger, math.maxinteger) permit()
end }
