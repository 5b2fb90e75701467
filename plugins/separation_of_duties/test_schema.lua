-- The schema of this plugin's tests.
return {
  actions = { ["orders.read"] = "read", ["orders.create"] = "write", ["orders.approve"] = "write" },
  resources = { order = {} },
}
