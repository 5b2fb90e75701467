-- A token reaches its own department, the departments under it, and those that are shared with everybody.
--
-- A request does not get around that by leaving the department out: what could be in one has to say in which it is.
-- A request without a resource is denied too, unless the setting `without_resource` is true.
-- `settings.json` names the types of resources that need not: "department_scope": { "all": { "without_department": ["report"] } }
local policy = { on = "access" }
local config = settings { shared = list "department", without_department = list "string", without_resource = false }

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
  local department = resource.department
  if department:is_within(request.token.department) or config.shared:contains(department) then return end
  deny("{resource.department} is outside {token.department}", { code = "outside_department" })
end

return policy
