-- The records of patients, and the clinicians who treat them.
return {
  actions = {
    ["record:read"] = { kind = "read", on = { "record" } },
    ["record:write"] = { kind = "write", on = { "record" } },
  },
  resources = { record = { treating = list "user" } },
  context = { emergency = optional "boolean", reason = optional "string" },
}
