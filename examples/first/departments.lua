-- A token reaches the orders of its own department and, unless the settings say otherwise, of those under it.
--
-- A deny wins over every permit of other policies, so this policy can only restrict.
local policy = { on = "access" }

-- Settings have a type and a default here. `settings.json` changes them for all tenants, or for one:
--   "departments": { "all": { "reaches_below": true }, "tenants": { "acme": { "reaches_below": false } } }
local config = settings { reaches_below = true }

function policy.decide(request)
  local department = request.resource.department
  if department == request.token.department then return end
  if config.reaches_below and department:is_within(request.token.department) then return end
  -- People read the reason, programs the code.
  deny("{resource.department} is outside {token.department}", { code = "outside_department" })
end

return policy
