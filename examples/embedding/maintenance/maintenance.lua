-- During maintenance everybody may read orders, and nobody may change them.

local policy = { on = "access", grants = { "orders.*" } }

function policy.decide(request)
  if request.action_kind == "read" then
    permit("reading goes on during maintenance")
  else
    deny("nothing is changed during maintenance", { code = "maintenance" })
  end
end

return policy
