-- A token may do what its user type, or its user personally, is permitted to do.
--
-- Without a permit a request is denied. `grants` lists the actions that this policy may permit: here all of them.
local policy = { on = "access", grants = { "*" } }

function policy.decide(request)
  if request.token:can(request.action) then
    -- `{token.user_type}` is filled in when somebody reads the reason.
    permit("{token.user_type} is permitted to do this")
  end
end

return policy
