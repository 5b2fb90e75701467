-- Attempt: two spellings of one letter taken for equal
return { on = "access", grants = { "*" }, decide = function(request)
if request.context.accent == "e\u{301}" then permit() end
end }
