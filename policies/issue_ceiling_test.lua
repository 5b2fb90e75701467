test("an administrator issues a token that can do less", {
  point = "token.issue",
  actor = { department = "Sales", user_type = "Administrator" },
  proposed = { department = "Sales", user_type = "Customer" },
  expect = { permit = true },
})

test("nobody issues a token that can do more than they can", {
  point = "token.issue",
  actor = { department = "Sales", user_type = "Customer", permissions = { "tokens.issue" } },
  proposed = { department = "Sales", user_type = "Integrator", permissions = { "orders.delete" } },
  expect = { deny = "issue_ceiling", code = "beyond_actor" },
})

test("nobody issues a token for a department outside their own", {
  point = "token.issue",
  actor = { department = "Sales North", user_type = "Customer", permissions = { "tokens.issue" } },
  proposed = { department = "Sales", user_type = "Customer" },
  expect = { deny = "issue_ceiling" },
})

test("who is trusted to issue for others issues more than they can do", {
  point = "token.issue",
  actor = {
    department = "Sales",
    user_type = "Customer",
    permissions = { "tokens.issue", "tokens.issue_for_others" },
  },
  proposed = { department = "Sales", user_type = "Integrator", permissions = { "orders.delete" } },
  expect = { permit = true },
})

test("a token is not amended into one that can do more than its editor", {
  point = "token.amend",
  actor = { department = "Sales", user_type = "Customer", permissions = { "tokens.amend" } },
  token = { department = "Sales", user_type = "Customer" },
  proposed = { department = "Sales", user_type = "Integrator", permissions = { "orders.delete" } },
  expect = { deny = "issue_ceiling" },
})

test("the ceiling says nothing to the operator", {
  point = "token.issue",
  actor = "operator",
  proposed = { department = "Sales", user_type = "Administrator" },
  only_policy = true,
  expect = { silent = true },
})
