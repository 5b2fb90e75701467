-- `demilune test` runs this file. Each test is one request, and what must become of it.
test("an Integrator reads orders", {
  token = "integrator", -- a fixture of `fixtures_test.lua`
  action = "orders.read",
  resource = { type = "order", department = "Sales" },
  expect = { permit = true },
})

test("an Integrator deletes nothing", {
  token = "integrator",
  action = "orders.delete",
  resource = { type = "order", department = "Sales" },
  -- No policy permits it, and none denies it: the code of such a denial is `not_permitted`.
  expect = { permit = false, code = "not_permitted" },
})
