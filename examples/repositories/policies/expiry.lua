-- A token lasts 366 days at most, and does not lapse while nobody is there to renew it.
local calendar = use "lib.calendar"
local policy = { on = { "token.issue", "token.amend" }, grants = { "token.issue", "token.amend" } }
local config = settings { longest = duration { days = 366 } }

function policy.decide(request)
  local proposed = request.proposed
  if proposed.expires - request.time > config.longest then
    deny("a token lasts {settings.longest} at most", { code = "too_long" })
  end
  if calendar.is_frozen(proposed.last_day) then advise("{proposed.last_day} is between 20 December and 2 January") end
  if request.actor.is_operator then permit("the operator makes tokens") end
end

return policy
