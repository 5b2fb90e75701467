-- Attempt: a detail whose name and value move the cursor
return { on = "access", grants = { "*" }, decide = function(request)
advise("x", { ["\27[A\n"] = "\27[2K\u{85}" }) oblige("\27[31m") error("done")
end }
