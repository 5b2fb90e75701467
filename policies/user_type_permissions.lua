-- A token may do what its user type, or its user personally, is permitted to do.
local policy = { on = "access", grants = { "*" } }

function policy.decide(request)
  if request.token:can(request.action) then
    permit("{token.user_type} is permitted to do this")
  end
end

return policy
