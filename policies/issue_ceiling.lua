-- Nobody makes a token that can do more than they can themselves, unless they are trusted to issue for others.
-- The operator can do everything.
local policy = { on = { "token.issue", "token.derive", "token.amend" } }

function policy.decide(request)
  local actor = request.actor
  if actor:can("tokens.issue_for_others") or actor:covers(request.proposed) then return end
  deny("{proposed.user} as {proposed.user_type} in {proposed.department} may do more than {actor.user}", {
    code = "beyond_actor",
  })
end

return policy
