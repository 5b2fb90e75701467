-- The string of an API token is shown again only to those who could do everything that it can do. The operator can.
local policy = { on = "token.reveal" }

function policy.decide(request)
  local actor, token = request.actor, request.token
  if token.kind == "mobile" then
    deny("a mobile token is never shown again", { code = "mobile_token" })
    return
  end
  if token.expires <= request.time then
    deny("the token has expired; there is no use for its string", { code = "expired_token" })
  end
  if not actor:covers(token) then
    deny("the token of {token.user} may do more than {actor.user}", { code = "beyond_actor" })
  end
end

return policy
