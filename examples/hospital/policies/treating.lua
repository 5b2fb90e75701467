-- Clinicians read and write the records of the patients whom they treat. Whoever tries others is refused, and the attempt is logged.
--
-- In an emergency a clinician may read the record of anybody ("break the glass"): the request gives a reason, and whoever
-- enforces the permit logs it and tells the privacy officer.
local policy = { on = "access", grants = { "record:*" } }

local function breaks_glass(context)
  return context:has("emergency") and context.emergency
end

function policy.decide(request)
  local context = request.context
  if request.resource.treating:contains(request.token.user) then
    if request.token:can(request.action) then permit("{token.user} treats the patient") end
    return
  end
  oblige("log_attempt", { on = "deny", user = request.token.user, action = request.action })
  if not breaks_glass(context) or request.action ~= "record:read" then
    deny("{token.user} does not treat the patient", { code = "not_treating" })
  elseif not context:has("reason") then
    -- check: allow avoidable-deny: without an emergency the attempt is refused above
    deny("an emergency needs a reason", { code = "reason_missing" })
  else
    permit("{token.user} reads in an emergency")
    oblige("log_emergency", { user = request.token.user, reason = context.reason })
    oblige("tell_privacy_officer")
  end
end

return policy
