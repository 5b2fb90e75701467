-- Attempt: a period of half a day, of infinitely many and of no number
return { on = "access", grants = { "*" }, decide = function(request)
for _, n in ipairs { 0.5, 1/0, 0/0, "1", 2^53 } do request.date:plus { days = n } end permit()
end }
