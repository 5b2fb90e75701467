-- The schema of this plugin's tests.
return {
  actions = { ["orders.read"] = "read", ["orders.approve"] = "write" },
  resources = { order = {} },
  context = { ip = optional "ip" },
}
