-- Orders are approved by managers of the order's department, or of one above it.
--
-- Off by default; `settings.json` turns it on for all tenants or one. Who manages is data of the plugin `org`.
local org = use "org"
local policy = { on = "access", enabled = false }

function policy.decide(request)
  if request.action ~= "orders.approve" then return end
  if not request.resource:has("department") then
    deny("the order belongs to no department", { code = "no_department" })
  elseif not request.token.is_managers then
    deny("{token.user_type} manages no department", { code = "no_manager" })
  elseif not org.manages(request.token, request.resource.department) then
    deny("{token.user} does not manage {resource.department.path}", { code = "not_their_department" })
  end
end

return policy
