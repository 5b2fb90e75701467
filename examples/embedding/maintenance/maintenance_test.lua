test("orders are read during maintenance", {
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  resource = { type = "order", department = "Finance" },
  expect = { permit = true },
})

test("orders are not approved during maintenance", {
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.approve",
  resource = { type = "order", department = "Finance" },
  expect = { deny = "maintenance", code = "maintenance" },
})
