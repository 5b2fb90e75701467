test("Finance is closed to a token without what it requires", {
  token = { department = "Finance", user_type = "Integrator" },
  action = "orders.read",
  resource = { type = "order", department = "Finance" },
  expect = { deny = "department_gate", code = "gate_closed" },
})

test("Finance is open to a token with what it requires", {
  token = { department = "Finance", user_type = "Integrator", permissions = { "finance.enter" } },
  action = "orders.read",
  resource = { type = "order", department = "Finance" },
  expect = { permit = true },
})

test("a department under Finance asks for what Finance requires too", {
  token = { department = "Finance", user_type = "Integrator", permissions = { "payroll.enter" } },
  action = "orders.read",
  resource = { type = "order", department = "Payroll" },
  expect = { deny = "department_gate" },
})

test("leaving the department out is no way around the gate", {
  cases = {
    left_out = { expect = { deny = "department_gate", code = "department_missing" } },
    ["a type that the settings name"] = {
      settings = { department_gate = { without_department = { "order" } } },
      expect = { silent = true },
    },
    ["a type that can be in no department"] = { resource = { type = "token" }, expect = { silent = true } },
  },
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  resource = { type = "order" },
  only_policy = true,
})

test("leaving the resource out is no way around it either", {
  cases = {
    ["by default"] = { expect = { deny = "department_gate", code = "department_missing", reason = "no resource" } },
    allowed = { settings = { department_gate = { without_resource = true } }, expect = { silent = true } },
  },
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  resource = false,
  only_policy = true,
})
