-- Tokens act from their tenant's networks alone; what only reads may come from elsewhere where `reading` says so.
--
-- Off by default. `settings.json` turns it on for a tenant, and names its networks:
-- "office_network": { "tenants": { "3": { "enabled": true, "networks": ["10.0.0.0/8"] } } }
use "cidr"
local config = settings { networks = list "network", reading = false }
local policy = { on = "access", enabled = false }

function policy.decide(request)
  if config.reading and request.action_kind == "read" then return end
  if not request.context:has("ip") then
    deny("the request does not say from which address it comes", { code = "address_unknown" })
  elseif not request.context.ip:is_within_any(config.networks) then
    deny("{context.ip} is an address of none of the tenant's networks ({context.origin})", { code = "outside_office" })
  end
end

return policy
