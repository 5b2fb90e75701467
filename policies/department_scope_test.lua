test("a token for Sales cannot read an order of Finance", {
  directory = "demo",
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  resource = { type = "order", department = "Finance" },
  expect = { deny = "department_scope", code = "outside_department", reason = "Finance is outside Sales" },
})

test("a token for Sales reads an order of Sales", {
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  resource = { type = "order", department = "Sales" },
  expect = { permit = true },
})

test("a token reaches the departments under its own", {
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  resource = { type = "order", department = "Sales North" },
  expect = { permit = true },
})

test("a token does not reach the department above its own", {
  token = { department = "Sales North", user_type = "Integrator" },
  action = "orders.read",
  resource = { type = "order", department = "Sales" },
  expect = { deny = "department_scope" },
})

test("the scope says nothing about what is in no department", {
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  resource = { type = "order" },
  only_policy = true,
  expect = { silent = true },
})

test("a shared department is reached by everybody", {
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  resource = { type = "order", department = "Operations" },
  settings = { department_scope = { shared = { "d-operations" } } },
  only_policy = true,
  expect = { silent = true },
})
