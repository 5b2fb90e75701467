-- Containers have limits, and none is privileged, except those that an account of `platform` puts into `kube-system`.
local workload = use "lib.workload"
local policy = { on = "access", subject = "account" }

local function is_privileged(container)
  return container:has("privileged") and container.privileged
end

local function is_limited(container)
  return container.limits:has("cpu") and container.limits:has("memory")
end

function policy.decide(request)
  local containers = workload.containers(request.resource)
  if not containers:all(is_limited) then deny("a container has limits of cpu and memory", { code = "limits_missing" }) end
  if not containers:any(is_privileged) then return end
  if request.resource.metadata.namespace ~= "kube-system" or not request.subject.groups:contains("platform") then
    deny("privileged containers are for `platform`, in `kube-system`", { code = "privileged" })
  end
end

return policy
