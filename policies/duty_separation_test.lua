test("a token that could create and approve orders is not made", {
  cases = {
    both = {
      proposed = { department = "Sales", user_type = "Department Manager" },
      expect = { deny = "duty_separation", code = "both_duties", reason = "orders" },
    },
    ["one half"] = { proposed = { department = "Sales", user_type = "Integrator" }, expect = { silent = true } },
  },
  point = "token.issue",
  settings = { duty_separation = { enabled = true } },
  actor = "operator",
})

test("nobody approves an order of their own", {
  cases = {
    own = {
      resource = { type = "order", department = "Sales North", owner = "carla" },
      expect = { deny = "duty_separation", code = "own_order", reason = "orders.approve" },
    },
    ["the second half of another duty"] = {
      action = "payroll.enter",
      resource = { type = "order", department = "Sales North", owner = "carla" },
      expect = { deny = "duty_separation", code = "own_order", reason = "payroll.enter" },
    },
    ["the first half"] = {
      action = "orders.create",
      resource = { type = "order", department = "Sales North", owner = "carla" },
      expect = { silent = true },
    },
    ["somebody else's"] = { resource = { type = "order", owner = "bjorn" }, expect = { silent = true } },
    ["an order that does not say whose it is"] = {
      resource = { type = "order", department = "Sales North" },
      expect = { deny = "duty_separation", code = "owner_missing" },
    },
    ["a type that is nobody's"] = { resource = { type = "invoice" }, expect = { silent = true } },
  },
  settings = { duty_separation = { enabled = true } },
  token = { user = "carla" },
  action = "orders.approve",
})

test("the duties say nothing about other acts", {
  token = { user = "carla" },
  action = "orders.read",
  resource = { type = "order" },
  settings = { duty_separation = { enabled = true } },
  only_policy = true,
  expect = { silent = true },
})

test("leaving the resource out is no way around a duty", {
  token = { user = "carla" },
  action = "orders.approve",
  resource = false,
  settings = { duty_separation = { enabled = true } },
  only_policy = true,
  expect = { deny = "duty_separation", code = "owner_missing", reason = "names no resource" },
})

test("it is off until somebody turns it on", {
  point = "token.issue",
  actor = "operator",
  proposed = { department = "Sales", user_type = "Department Manager" },
  expect = { permit = true },
})
