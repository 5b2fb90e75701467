-- What runs: pods, and deployments of pods.
local workload = {}

-- The containers of a pod, or of the pods of a deployment.
function workload.containers(resource)
  if resource.type == "pod" then return resource.spec.containers end
  return resource.spec.template.spec.containers
end

return workload
