-- Attempt: a permit, and then all memory
return { on = "access", grants = { "*" }, decide = function(request)
permit() local s = "x" while true do s = s .. s end
end }
