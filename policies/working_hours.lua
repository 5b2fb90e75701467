-- While the tenant's business is closed, tokens of people only read; integrations go on where `integrations` says so.
--
-- Off by default; `settings.json` turns it on for all tenants or one. The hours are data of the plugin `business_hours`.
local business_hours = use "business_hours"
local config = settings { integrations = true }
local policy = { on = "access", enabled = false }

function policy.decide(request)
  if request.action_kind == "read" or business_hours.open() then return end
  if config.integrations and request.token.kind == "api" then return end
  if business_hours.holiday() then
    deny("today is a holiday", { code = "holiday" })
  else
    deny("the business is closed at this hour", { code = "closed" })
  end
end

return policy
