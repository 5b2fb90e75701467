-- No token is made that could do both halves of a duty which is split in two, and nobody does the second half to what is
-- their own, such as approving an order of theirs; what could be somebody's has to say whose it is.
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
  local resource = request.resource
  for _, duty in ipairs(duties.duties) do
    if request.action == duty.other then
      if not resource:has("owner") then
        if not resource:has("type") then
          deny("the request names no resource, so it is unclear whose that is", { code = "owner_missing" })
        elseif resource:declares("owner") then
          deny("the request does not say whose the {resource.type} is", { code = "owner_missing" })
        end
      elseif resource.owner == request.token.user then
        deny("nobody does {action} to what is their own", { code = "own_order" })
      end
    end
  end
end

return policy
