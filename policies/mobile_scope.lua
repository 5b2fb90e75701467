-- A mobile token uses the application and never administers it.
local policy = {
  on = {
    "access", "token.issue", "token.derive", "token.amend", "token.reveal", "token.revoke", "token.attest", "token.approve",
    "token.list",
  },
}

function policy.decide(request)
  if request.action_kind ~= "admin" then return end
  if request.point == "access" then
    if request.token.kind == "mobile" then
      deny("a mobile token does not administer", { code = "mobile_token" })
    end
  elseif request.actor:has("token") and request.actor.token.kind == "mobile" then
    deny("a mobile token does not administer", { code = "mobile_token" })
  end
end

return policy
