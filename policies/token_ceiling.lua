-- A token does no more than its ceiling leaves of its combination, whatever other policies permit.
--
-- A request does not get around a limit by leaving out what it is about: its department, its address or its purpose.
-- Acts of administration state no address and no purpose, so a token that is limited in these administers nothing; but it
-- derives tokens from itself, which are under the same limits.
local policy = {
  on = {
    "access", "token.issue", "token.derive", "token.amend", "token.reveal", "token.revoke", "token.attest", "token.approve",
    "token.list",
  },
}

function policy.decide(request)
  if not request:has("beyond_ceiling") then return end
  local limit = request.beyond_ceiling
  if limit == "permissions" then
    deny("the ceiling of the token leaves no {action}", { code = "above_ceiling" })
  elseif limit == "departments" then
    deny("the request says of no department that the ceiling of the token leaves", { code = "outside_ceiling" })
  elseif limit == "networks" then
    deny("the request comes from no network that the ceiling of the token leaves", { code = "outside_networks" })
  elseif limit == "hours" then
    deny("the ceiling of the token leaves other hours", { code = "outside_hours" })
  elseif limit == "purpose" then
    deny("the request states no purpose that the ceiling of the token leaves", { code = "other_purpose" })
  else
    deny("a token whose uses are counted administers nothing", { code = "limited_token" })
  end
end

return policy
