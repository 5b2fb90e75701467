-- A token enters a department only with every permission that the department, or one above it, requires.
--
-- A request does not get around that by leaving the department out: what could be in one has to say in which it is.
-- A request without a resource is denied too, unless the setting `without_resource` is true.
-- `settings.json` names the types of resources that need not: "department_gate": { "all": { "without_department": ["report"] } }
local policy = { on = "access" }
local config = settings { without_department = list "string", without_resource = false }

function policy.decide(request)
  local resource = request.resource
  if not resource:has("department") then
    if not resource:has("type") then
      if not config.without_resource then
        deny("the request names no resource, so it is unclear in which department that is", { code = "department_missing" })
      end
    elseif resource:declares("department") and not config.without_department:contains(resource.type) then
      deny("the request does not say in which department the {resource.type} is", { code = "department_missing" })
    end
    return
  end
  if request.token:meets(resource.department) then return end
  deny("{token.user} lacks what {resource.department} requires of whoever enters", { code = "gate_closed" })
end

return policy
