-- Nobody writes to a repository from 20 December to 2 January, and nobody ever rewrites history in a public one.
local calendar = use "lib.calendar"
local policy = { on = "access" }

function policy.decide(request)
  if request.action ~= "contents:write" then return end
  if calendar.is_frozen(request.date) then deny("nothing is written from 20 December to 2 January", { code = "frozen" }) end
  local force = request.action:has("force") and request.action.force
  if force and request.resource.visibility == "public" then
    -- check: allow avoidable-deny: a request without `force` rewrites nothing
    deny("the history of a public repository stays", { code = "history" })
  end
end

return policy
