-- Kubernetes has asked before whether the account may do this. What says by its labels whose it is, and what for, is admitted,
-- unless another policy refuses it.
local policy = { on = "access", subject = "account", grants = { "create", "update" } }

function policy.decide(request)
  local labels = request.resource.metadata.labels
  if not labels:has("team") then deny("the label `team` says whose this is", { code = "team_missing" }) end
  if not labels:has("env") then deny("the label `env` says what this is for", { code = "env_missing" }) end
  permit("{subject.id} may {action} it")
end

return policy
