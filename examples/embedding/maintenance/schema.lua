-- The part of the shipped schema that this example asks about.

return {
  actions = {
    ["orders.read"] = "read",
    ["orders.approve"] = "write",
  },
  resources = {
    order = { department = optional "department" },
  },
}
