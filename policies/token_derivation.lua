-- Users make short-lived tokens from their own ones, and through a token from that one alone; they get no more by it than they
-- have. `administration` permits it to those who make tokens, and `issue_ceiling` holds everybody to what they can do.
--
-- What is needed for longer is a token of its own.
local policy = { on = "token.derive", grants = { "token.derive" } }
local config = settings { hours = 24 }

function policy.decide(request)
  local actor, token, proposed = request.actor, request.token, request.proposed
  if proposed.expires > proposed.created:plus { hours = config.hours } then
    deny("a derived token lasts longer than this tenant allows", { code = "derived_too_long" })
  end
  if actor.is_operator or actor.user ~= token.user then return end
  if not actor:has("token") or actor.token.id == token.id then
    permit("{actor.user} derives it from a token of their own")
  end
end

return policy
