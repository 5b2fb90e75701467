-- Reviews of an admission webhook: what an account creates or changes in a cluster.
--
-- The webhook brings the object as Kubernetes has it, with less of it: it splits images into their parts, says of each container whether
-- it is privileged, and lists init containers among the others.
local container = {
  name = "string",
  image = { registry = "string", repository = "string", tag = optional "string", digest = optional "string" },
  privileged = optional "boolean",
  limits = map("string", one_of { "cpu", "memory" }),
}
local metadata = { namespace = "string", labels = map "string" }
local pod = { containers = list(container) }

return {
  actions = {
    create = { kind = "write", on = { "pod", "deployment" } },
    update = { kind = "write", on = { "pod", "deployment" } },
  },
  resources = {
    pod = { metadata = metadata, spec = pod },
    deployment = { metadata = metadata, spec = { replicas = "number", template = { spec = pod } } },
  },
  subjects = { account = { groups = list "string" } },
}
