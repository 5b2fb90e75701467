-- What the policies of this folder can speak about: actions, resources and context.

return {
  actions = {
    ["orders.read"] = "read",
    ["orders.create"] = "write",
    ["orders.approve"] = "write",
    ["orders.delete"] = "delete",
    ["invoices.read"] = "read",
    ["invoices.approve"] = "write",
    ["users.read"] = "read",
    ["users.update"] = "admin",
    ["users.delete"] = "admin",
    ["departments.read"] = "read",
    ["departments.update"] = "admin",
    ["reports.read"] = "read",
    ["finance.enter"] = "read",
    ["payroll.enter"] = "read",
    ["tokens.list"] = "admin",
    ["tokens.issue"] = "admin",
    ["tokens.issue_for_others"] = "admin",
    ["tokens.reveal"] = "admin",
    ["tokens.amend"] = "admin",
    ["tokens.revoke"] = "admin",
  },
  resources = {
    order = {
      department = optional "department",
      owner = optional "user",
      amount = optional "number",
    },
    invoice = {
      department = optional "department",
      amount = optional "number",
    },
    user = {
      department = optional "department",
    },
    department = {
      department = optional "department",
    },
    report = {
      department = optional "department",
    },
    token = {},
  },
  context = {
    ip = optional "ip",
    mfa = optional "boolean",
    purpose = optional "string",
  },
}
