-- The operator, who holds the store and its keys, administers tokens; nobody else does.
--
-- Acts on tokens are decisions too. To let users administer, permit those whose user type may:
--   elseif request.actor:can("tokens.administer") then permit("…") end
-- and declare the permission in `schema.lua`.
local policy = {
  on = { "token.issue", "token.amend", "token.reveal", "token.revoke", "token.list" },
  grants = { "token.*" },
}

function policy.decide(request)
  if request.actor.is_operator then permit("the operator holds the store and its keys") end
end

return policy
