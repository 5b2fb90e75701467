-- Attempt: a library as a replacement table
return { on = "access", grants = { "*" }, decide = function(request)
local s = ("rep sub"):gsub("%a+", string) if s then permit() end
end }
