-- Integrations approve orders up to 1,000 without anybody else.
local policy = { on = "access", grants = { "orders.approve" } }

function policy.decide(request)
  if request.action ~= "orders.approve" or request.token.kind ~= "api" then return end
  if request.resource:has("amount") and request.resource.amount <= 1000 then
    permit("orders up to 1,000 need no approval")
  end
end

return policy
