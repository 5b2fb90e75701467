return {
  actions = { ["orders.read"] = "read", ["orders.approve"] = "write" },
  resources = { order = { department = optional "department", amount = "number", note = optional "string" } },
  context = {
    note = "string", long = "string", template = "string", pattern = "string", star = "string", accent = "string",
    replacement = "string", tags = list "string", ip = optional "ip",
  },
}
