-- The subjects, resources and actions of the certification scenario.
return {
  actions   = {
    read = "read",
    write = "write",
    delete = { kind = "delete", on = { "record" }, properties = { soft = optional "boolean" } },
  },
  resources = { record = { status = optional "string" } },
  context   = { time = optional "instant", ip = optional "ip" },
  subjects  = { user = { role = optional "string" } },
}
