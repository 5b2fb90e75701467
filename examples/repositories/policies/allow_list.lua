-- Tokens work from the tenant's networks only. `settings.json` names them; without any, tokens work from everywhere.
local policy = { on = "access" }
local config = settings { networks = list "network" }

function policy.decide(request)
  if #config.networks == 0 or request.context.ip:is_within_any(config.networks) then return end
  deny("{context.ip} is in none of the tenant's networks", { code = "outside_networks" })
end

return policy
