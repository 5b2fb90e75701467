-- Attempt: an effect kept and called as a comparator
return { on = "access", grants = { "*" }, decide = function(request)
table.sort({ 1, 2 }, permit) error("done")
end }
