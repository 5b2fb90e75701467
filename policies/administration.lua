-- Tokens are administered by the operator, and by users with the permission for what they do.
local policy = {
  on = {
    "token.issue", "token.derive", "token.amend", "token.reveal", "token.revoke", "token.attest", "token.approve", "token.list",
  },
  grants = { "token.*" },
}

local needed = {
  ["token.issue"] = "tokens.issue",
  ["token.derive"] = "tokens.issue",
  ["token.amend"] = "tokens.amend",
  ["token.reveal"] = "tokens.reveal",
  ["token.revoke"] = "tokens.revoke",
  ["token.attest"] = "tokens.revoke",
  ["token.approve"] = "tokens.issue",
  ["token.list"] = "tokens.list",
}

function policy.decide(request)
  if request.actor.is_operator then
    permit("the operator holds the store and its keys")
  elseif request.actor:can(needed[request.point]) then
    permit("{actor.user_type} is permitted to do this")
  end
end

return policy
