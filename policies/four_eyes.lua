-- Four eyes: nobody attests a token of their own in a review, and nobody approves a request for one. Somebody else does.
local policy = { on = { "token.attest", "token.approve" } }

function policy.decide(request)
  local actor = request.actor
  if actor.is_operator then return end
  if actor.user == request.token.user then
    deny("{actor.user} has no say about a token of their own", { code = "own_token" })
  end
end

return policy
