-- Attempt: host calls only, few instructions between them
return { on = "access", grants = { "*" }, decide = function(request)
while true do request.resource:has("note") end
end }
