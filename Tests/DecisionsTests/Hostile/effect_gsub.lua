-- Attempt: an effect as the replacement of a gsub
return { on = "access", grants = { "*" }, decide = function(request)
("x"):gsub("x", deny) error("done")
end }
