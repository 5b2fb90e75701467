test("a permission of the user type permits", {
  token = { department = "Sales", user_type = "Integrator" },
  action = "orders.read",
  resource = { type = "order", department = "Sales" },
  expect = { permit = true, reason = "Integrator" },
})

test("a permission of the user's own permits", {
  token = { department = "Sales", user_type = "Customer", permissions = { "orders.delete" } },
  action = "orders.delete",
  resource = { type = "order", department = "Sales" },
  expect = { permit = true },
})

test("nothing is said about what the user type does not permit", {
  token = { department = "Sales", user_type = "Customer" },
  action = "orders.delete",
  resource = { type = "order", department = "Sales" },
  only_policy = true,
  expect = { silent = true, code = "not_permitted" },
})

test("no policy denies, and still nobody is permitted", {
  token = { department = "Sales", user_type = "Customer" },
  action = "orders.delete",
  resource = { type = "order", department = "Sales" },
  expect = { code = "not_permitted" },
})

test("an expired token is not permitted what its user type is", {
  token = { department = "Sales", user_type = "Integrator", expires = "2026-11-22T12:00:00Z" },
  action = "orders.read",
  resource = { type = "order", department = "Sales" },
  expect = { permit = false, code = "token_expired" },
})
