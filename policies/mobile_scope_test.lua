test("a mobile token does not administer users", {
  token = { department = "Sales", user_type = "Administrator", kind = "mobile" },
  action = "users.update",
  resource = { type = "user", department = "Sales" },
  expect = { deny = "mobile_scope", code = "mobile_token" },
})

test("a mobile token reads", {
  token = { department = "Sales", user_type = "Administrator", kind = "mobile" },
  action = "orders.read",
  resource = { type = "order", department = "Sales" },
  expect = { permit = true },
})

test("an administrator revokes nothing through a mobile token", {
  point = "token.revoke",
  actor = { department = "Sales", user_type = "Administrator", via = "mobile" },
  token = { department = "Sales", user_type = "Customer" },
  expect = { deny = "mobile_scope", code = "mobile_token" },
})

test("an administrator revokes through an API token", {
  point = "token.revoke",
  actor = { department = "Sales", user_type = "Administrator", via = "api" },
  token = { department = "Sales", user_type = "Customer" },
  expect = { permit = true },
})

test("a mobile token can be revoked: what counts is who acts", {
  point = "token.revoke",
  actor = "operator",
  token = { department = "Sales", user_type = "Customer", kind = "mobile" },
  expect = { permit = true },
})

test("nothing is said about an API token that administers", {
  token = { department = "Sales", user_type = "Administrator" },
  action = "users.update",
  resource = { type = "user", department = "Sales" },
  only_policy = true,
  expect = { silent = true },
})

test("whoever acts through a mobile token issues none", {
  point = "token.issue",
  actor = { department = "Sales", user_type = "Administrator", via = "mobile" },
  proposed = { department = "Sales", user_type = "Customer" },
  expect = { deny = "mobile_scope", code = "mobile_token" },
})

test("whoever acts through a mobile token administers no tokens", {
  cases = {
    amend = { point = "token.amend", proposed = { name = "renamed" } },
    reveal = { point = "token.reveal" },
    attest = { point = "token.attest" },
    approve = { point = "token.approve" },
    list = { point = "token.list" },
  },
  actor = { department = "Sales", user_type = "Administrator", via = "mobile" },
  token = { department = "Sales", user_type = "Customer" },
  expect = { deny = "mobile_scope", code = "mobile_token" },
})
