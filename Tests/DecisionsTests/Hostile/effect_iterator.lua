-- Attempt: an effect as an iterator
return { on = "access", grants = { "*" }, decide = function(request)
for x in deny, "x" do end error("done")
end }
