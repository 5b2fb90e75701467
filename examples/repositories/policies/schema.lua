-- Repositories, and what fine-grained tokens may do with them.
return {
  actions = {
    ["contents:read"] = { kind = "read", on = { "repository" } },
    ["contents:write"] = { kind = "write", on = { "repository" }, properties = { force = optional "boolean" } },
    ["issues:read"] = { kind = "read", on = { "repository" } },
    ["issues:write"] = { kind = "write", on = { "repository" } },
    ["settings:write"] = { kind = "admin", on = { "repository" } },
  },
  resources = { repository = { visibility = "string" } },
  context = { ip = "ip" },
}
