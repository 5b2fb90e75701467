-- A token reaches its own department, the departments under it, and those that are shared with everybody.
local policy = { on = "access" }
local config = settings { shared = list "department" }

function policy.decide(request)
  if not request.resource:has("department") then return end
  local department = request.resource.department
  if department:is_within(request.token.department) or config.shared:contains(department) then return end
  deny("{resource.department} is outside {token.department}", { code = "outside_department" })
end

return policy
