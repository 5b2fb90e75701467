test("an administrator sees the tokens of the departments under their own", {
  point = "token.list",
  actor = { department = "Sales", user_type = "Administrator" },
  token = { department = "Sales North", user_type = "Customer" },
  expect = { permit = true },
})

test("an administrator does not see the tokens of other departments", {
  point = "token.list",
  actor = { department = "Sales", user_type = "Administrator" },
  token = { department = "Finance", user_type = "Customer" },
  expect = { deny = "token_visibility", code = "outside_department" },
})

test("what an administrator does not see they cannot revoke", {
  point = "token.revoke",
  actor = { department = "Sales", user_type = "Administrator" },
  token = { department = "Finance", user_type = "Customer" },
  expect = { deny = "token_visibility" },
})

test("what an administrator does not see they derive nothing from", {
  point = "token.derive",
  actor = { department = "Sales", user_type = "Administrator" },
  token = { department = "Finance", user_type = "Customer" },
  proposed = { expires = "2026-11-22T12:15:00Z" },
  only_policy = true,
  expect = { deny = "token_visibility", code = "outside_department" },
})

test("somebody without the permission does not see the tokens of others", {
  point = "token.list",
  actor = { department = "Sales", user_type = "Customer" },
  token = { department = "Sales", user_type = "Customer" },
  expect = { code = "not_permitted" },
})

test("nothing is denied to the operator", {
  point = "token.list",
  actor = "operator",
  token = { department = "Finance", user_type = "Customer" },
  only_policy = true,
  expect = { silent = true },
})

test("everybody sees their own tokens, those of another department too", {
  point = "token.list",
  actor = { user = "dag", department = "Sales North" },
  token = { user = "dag", department = "Sales South" },
  expect = { permit = true, reason = "dag sees their own tokens" },
})

test("nothing is said about other acts on one's own tokens", {
  point = "token.revoke",
  actor = { user = "dag", department = "Sales North" },
  token = { user = "dag", department = "Sales South" },
  only_policy = true,
  expect = { silent = true },
})

test("what an administrator does not see they neither reveal nor amend", {
  cases = {
    reveal = { point = "token.reveal" },
    amend = { point = "token.amend", proposed = { name = "renamed" } },
  },
  actor = { department = "Sales", user_type = "Administrator" },
  token = { department = "Finance", user_type = "Customer" },
  expect = { deny = "token_visibility", code = "outside_department" },
})

test("an administrator approves a token in their department, and none in another one", {
  point = "token.approve",
  actor = { department = "Sales", user_type = "Department Manager" },
  cases = {
    own = { token = { department = "Sales North", user_type = "Integrator" }, expect = { permit = true } },
    other = {
      token = { department = "Warehouse", user_type = "Integrator" },
      expect = { deny = "token_visibility", code = "outside_department" },
    },
  },
})
