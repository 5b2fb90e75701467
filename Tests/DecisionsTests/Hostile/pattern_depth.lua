-- Attempt: a pattern that recurses two hundred deep, from a gsub callback that does so too
return { on = "access", grants = { "*" }, decide = function(request)
local p = ("(a?)"):rep(32) .. ("a?"):rep(160) local function f(d) return (("aaaa"):gsub("a", function(c) if d > 0 then f(d - 1) end return c:match(p) end)) end f(6) error("done")
end }
