-- A token does what one of its scopes names: `contents:read`, or `issues:*` for all that concerns issues.
local policy = { on = "access", grants = { "contents:*", "issues:*", "settings:*" } }

function policy.decide(request)
  if request.token:can(request.action) then permit("{token.user} holds {action}") end
end

return policy
