fixture "manager" { department = "Sales", user_type = "Department Manager" }

test("managers approve orders of their department and those under it", {
  cases = {
    own = { resource = { type = "order", department = "Sales" }, expect = { silent = true } },
    ["under it"] = { resource = { type = "order", department = "Sales North" }, expect = { silent = true } },
    ["another's"] = {
      resource = { type = "order", department = "Warehouse" },
      expect = { deny = "manager_approval", code = "not_their_department", reason = "Operations / Warehouse" },
    },
    ["nobody's"] = {
      resource = { type = "order" },
      settings = {
        manager_approval = { enabled = true },
        department_scope = { without_department = { "order" } },
        department_gate = { without_department = { "order" } },
      },
      expect = { deny = "manager_approval", code = "no_department" },
    },
  },
  settings = { manager_approval = { enabled = true } },
  token = "manager",
  action = "orders.approve",
})

test("nobody else approves", {
  cases = {
    approve = { action = "orders.approve", expect = { deny = "manager_approval", code = "no_manager" } },
    read = { action = "orders.read", expect = { silent = true } },
  },
  settings = { manager_approval = { enabled = true } },
  token = { department = "Sales", user_type = "Integrator", permissions = { "orders.approve" } },
  resource = { type = "order", department = "Sales" },
})

test("managing another department is enough to be refused", {
  token = { department = "Sales", user_type = "Department Manager" },
  action = "orders.approve",
  resource = { type = "order", department = "Warehouse" },
  settings = { manager_approval = { enabled = true } },
  only_policy = true,
  expect = { deny = "manager_approval", code = "not_their_department" },
})

test("it is off until somebody turns it on", {
  token = { department = "Sales", user_type = "Integrator", permissions = { "orders.approve" } },
  action = "orders.approve",
  resource = { type = "order", department = "Sales" },
  expect = { permit = true },
})
