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

test("the gate says nothing about what is in no department", {
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  resource = { type = "order" },
  only_policy = true,
  expect = { silent = true },
})
