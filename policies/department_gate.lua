-- A token enters a department only with every permission that the department, or one above it, requires.
local policy = { on = "access" }

function policy.decide(request)
  if not request.resource:has("department") then return end
  if request.token:meets(request.resource.department) then return end
  deny("{token.user} lacks what {resource.department} requires of whoever enters", { code = "gate_closed" })
end

return policy
