-- A draft with mistakes in it, for `demilune check examples/draft`.
local policy = { on = "access" }

function policy.decide(request)
  if request.resource.owner ~= request.token.usr then
    deny("not theirs")
  end
end

return policy
