-- Attempt: an expression as a replacement
return { on = "access", grants = { "*" }, decide = function(request)
local s = ("x"):gsub("x", request.resource.department) permit()
end }
