-- Attempt: a comparison with not-a-number that fails open
return { on = "access", grants = { "*" }, decide = function(request)
local nan = 0/0 if not (request.resource.amount > nan) and not (request.resource.amount <= nan) then if request.resource.amount == nan then permit() end end
end }
