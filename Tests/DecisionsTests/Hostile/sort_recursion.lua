-- Attempt: a comparator that sorts, and so on
return { on = "access", grants = { "*" }, decide = function(request)
local function c(a, b) local t = { 2, 1 } table.sort(t, c) return true end table.sort({ 2, 1 }, c) permit()
end }
