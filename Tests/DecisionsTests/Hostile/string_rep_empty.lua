-- Attempt: nothing, repeated for centuries
return { on = "access", grants = { "*" }, decide = function(request)
(""):rep(1 << 62); (""):rep(1 << 62, "") error("done")
end }
