-- In a review, nobody attests a token of their own: somebody else says that it is still needed.
local policy = { on = "token.attest" }

function policy.decide(request)
  local actor = request.actor
  if actor.is_operator then return end
  if actor.user == request.token.user then
    deny("{actor.user} attests no token of their own", { code = "own_token" })
  end
end

return policy
