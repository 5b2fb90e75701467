-- What the draft beside this speaks of.
return {
  actions = { ["orders.read"] = "read" },
  resources = { order = { owner = optional "user" } },
  context = {},
}
