-- Everybody sees their own tokens; an administrator sees and handles those of their department and the ones under it.
local policy = {
  on = { "token.list", "token.derive", "token.reveal", "token.amend", "token.revoke", "token.attest", "token.approve" },
  grants = { "token.list" },
}

function policy.decide(request)
  local actor, token = request.actor, request.token
  if actor.is_operator then return end
  if token.user == actor.user then
    if request.point == "token.list" then permit("{token.user} sees their own tokens") end
    return
  end
  if token.department:is_within(actor.department) then return end
  deny("{token.department} is outside {actor.department}", { code = "outside_department" })
end

return policy
