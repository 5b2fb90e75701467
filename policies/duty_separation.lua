-- No token is made that could do both halves of a duty which is split in two, and nobody approves an order of their own.
--
-- Off by default; `settings.json` turns it on for all tenants or one. The duties are data of the plugin.
local duties = use "separation_of_duties"
local policy = { on = { "access", "token.issue" }, enabled = false }

function policy.decide(request)
  if request.point == "token.issue" then
    if duties.conflict(request.proposed) then
      deny("this token could do both halves of a duty: {proposed.conflicting_duty}", { code = "both_duties" })
    end
    return
  end
  if request.action == "orders.approve" and request.resource:has("owner") then
    if request.resource.owner == request.token.user then deny("nobody approves their own order", { code = "own_order" }) end
  end
end

return policy
