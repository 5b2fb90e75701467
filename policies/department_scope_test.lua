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

test("leaving the department out is no way around the scope", {
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  resource = { type = "order" },
  expect = { deny = "department_scope", code = "department_missing", reason = "in which department the order is" },
})

test("the scope says nothing about types that the settings name", {
  cases = {
    named = { resource = { type = "report" }, expect = { silent = true } },
    ["not named"] = { resource = { type = "order" }, expect = { deny = "department_scope" } },
    ["named, and in a department"] = {
      resource = { type = "report", department = "Finance" },
      expect = { deny = "department_scope", code = "outside_department" },
    },
  },
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  settings = { department_scope = { without_department = { "report" } } },
  only_policy = true,
})

test("the scope says nothing about what can be in no department", {
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  resource = { type = "token" },
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

test("leaving the resource out is no way around it either", {
  cases = {
    ["by default"] = { expect = { deny = "department_scope", code = "department_missing", reason = "no resource" } },
    allowed = { settings = { department_scope = { without_resource = true } }, expect = { silent = true } },
  },
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  resource = false,
  only_policy = true,
})
