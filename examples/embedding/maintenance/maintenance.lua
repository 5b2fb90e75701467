-- During maintenance everybody may read and nobody may write.

local policy = { on = "access", grants = { "*.read" } }

function policy.decide(request)
  if request.action_kind == "read" then
    permit("reading goes on during maintenance")
  else
    deny("nothing is changed during maintenance", { code = "maintenance" })
  end
end

return policy
