-- Cases share what the test says above them, and state only the difference.
test("a token reaches its own department and those under it", {
  token = "integrator",
  action = "orders.read",
  resource = { type = "order" },
  cases = {
    { name = "its own", resource = { department = "Sales" }, expect = { permit = true } },
    { name = "one under it", resource = { department = "Sales North" }, expect = { permit = true } },
    {
      name = "another",
      resource = { department = "Finance" },
      expect = { deny = "departments", code = "outside_department", reason = "Finance is outside Sales" },
    },
  },
})

test("a tenant can keep tokens to their own department", {
  token = "integrator",
  action = "orders.read",
  resource = { type = "order" },
  settings = { departments = { reaches_below = false } },
  cases = {
    { name = "one under it", resource = { department = "Sales North" }, expect = { deny = "departments" } },
    { name = "its own", resource = { department = "Sales" }, expect = { permit = true } },
  },
})
