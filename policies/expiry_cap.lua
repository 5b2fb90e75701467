-- The last day of an API token is at most 12 months after the day it was created, or whatever the tenant has agreed.
local policy = { on = { "token.issue", "token.amend" } }
local config = settings { months = 12, hard = false }

function policy.decide(request)
  local proposed = request.proposed
  if proposed.kind ~= "api" then return end
  -- Renaming, suspending or shortening a token that is long already stretches nothing.
  if request.point == "token.amend" and proposed.last_day <= request.token.last_day then return end
  local cap = proposed.created.date:plus { months = config.months }
  if proposed.last_day <= cap then return end
  if config.hard then
    deny("{proposed.last_day} is later than this tenant allows", { code = "expiry_beyond_cap" })
  else
    advise("{proposed.last_day} is later than is suggested for any single token", { last_day = cap })
  end
end

return policy
