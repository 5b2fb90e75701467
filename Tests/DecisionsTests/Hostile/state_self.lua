-- Attempt: the declaration itself as memory
local policy = { on = "access", grants = { "*" } }
function policy.decide(request)
  if policy.seen then permit() end
  policy.seen = true
end
return policy
