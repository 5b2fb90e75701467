test("an administrator attests the token of somebody else", {
  point = "token.attest",
  actor = { user = "anna", department = "Sales", user_type = "Department Manager" },
  token = { user = "bjorn", department = "Sales", user_type = "Integrator" },
  expect = { permit = true },
})

test("nobody attests a token of their own", {
  point = "token.attest",
  actor = { user = "anna", department = "Sales", user_type = "Department Manager" },
  token = { user = "anna", department = "Sales", user_type = "Department Manager" },
  expect = { deny = "four_eyes", code = "own_token" },
})

test("nor through a token of theirs", {
  point = "token.attest",
  actor = { user = "anna", department = "Sales", user_type = "Department Manager", via = "api" },
  cases = {
    itself = { token = "actor" },
    other = { token = { user = "anna", department = "Nordlys Logistics", user_type = "Administrator" } },
  },
  expect = { deny = "four_eyes", code = "own_token" },
})

test("the operator attests every token", {
  point = "token.attest",
  actor = "operator",
  token = { user = "bjorn", department = "Sales", user_type = "Integrator" },
  expect = { permit = true },
})

test("it says nothing of the tokens of others, and nothing of the operator", {
  point = "token.attest",
  token = { user = "bjorn", department = "Sales", user_type = "Integrator" },
  cases = {
    { actor = { user = "anna", department = "Sales", user_type = "Department Manager" } },
    { actor = "operator" },
  },
  only_policy = true,
  expect = { silent = true },
})

test("whoever cannot revoke a token does not attest it", {
  point = "token.attest",
  actor = { user = "petter", department = "Sales", user_type = "Customer" },
  token = { user = "bjorn", department = "Sales", user_type = "Integrator" },
  expect = { code = "not_permitted" },
})

test("nor one of another department", {
  point = "token.attest",
  actor = { user = "anna", department = "Sales", user_type = "Department Manager" },
  token = { user = "bjorn", department = "Warehouse", user_type = "Integrator" },
  expect = { deny = "token_visibility", code = "outside_department" },
})

test("an administrator approves a token for somebody else", {
  point = "token.approve",
  actor = { user = "anna", department = "Sales", user_type = "Department Manager" },
  token = { user = "bjorn", department = "Sales", user_type = "Integrator" },
  expect = { permit = true },
})

test("nobody approves a token for themselves", {
  point = "token.approve",
  actor = { user = "anna", department = "Sales", user_type = "Department Manager" },
  token = { user = "anna", department = "Sales", user_type = "Department Manager" },
  expect = { deny = "four_eyes", code = "own_token" },
})
