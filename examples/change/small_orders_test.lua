test("a small order is approved by an integration", {
  directory = "demo",
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.approve",
  resource = { type = "order", department = "Sales", amount = 1000 },
  expect = { permit = true },
})
