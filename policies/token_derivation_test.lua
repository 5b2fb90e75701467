test("a user derives a token from a token of their own", {
  point = "token.derive",
  actor = { user = "bjorn", department = "Sales", user_type = "Integrator" },
  token = { user = "bjorn", department = "Sales", user_type = "Integrator" },
  proposed = { expires = "2026-11-22T12:15:00Z" },
  expect = { permit = true },
})

test("a token derives from itself, and from no other token of its user", {
  point = "token.derive",
  actor = { user = "bjorn", department = "Sales", user_type = "Integrator", via = "api" },
  proposed = { expires = "2026-11-22T12:15:00Z" },
  cases = {
    { token = "actor", expect = { permit = true } },
    other = {
      token = { user = "bjorn", department = "Sales", user_type = "Integrator" },
      expect = { code = "not_permitted" },
    },
  },
})

test("not from that of somebody else", {
  point = "token.derive",
  actor = { user = "bjorn", department = "Sales", user_type = "Integrator" },
  token = { user = "carla" },
  proposed = { expires = "2026-11-22T12:15:00Z" },
  expect = { permit = false },
})

test("an administrator who makes tokens derives them too", {
  point = "token.derive",
  actor = { department = "Sales", user_type = "Administrator" },
  token = { department = "Sales", user_type = "Integrator" },
  proposed = { expires = "2026-11-22T12:15:00Z" },
  expect = { permit = true },
})

test("nobody derives more than they can do themselves", {
  point = "token.derive",
  actor = { user = "bjorn", department = "Sales", user_type = "Integrator" },
  token = { user = "bjorn", department = "Warehouse", user_type = "Integrator" },
  proposed = { expires = "2026-11-22T12:15:00Z" },
  expect = { deny = "issue_ceiling", code = "beyond_actor" },
})

test("a day is the most", {
  point = "token.derive",
  actor = "operator",
  token = { department = "Sales", user_type = "Integrator" },
  cases = {
    { proposed = { expires = "2026-11-23T11:59:59Z" }, expect = { permit = true } },
    { proposed = { expires = "2026-11-23T12:00:00Z" }, expect = { permit = true } },
    ["a second more"] = {
      proposed = { expires = "2026-11-23T12:00:01Z" },
      expect = { deny = "token_derivation", code = "derived_too_long" },
    },
  },
})

test("a tenant may allow less", {
  point = "token.derive",
  actor = "operator",
  token = { department = "Sales", user_type = "Integrator" },
  settings = { token_derivation = { hours = 1 } },
  proposed = { expires = "2026-11-22T13:00:01Z" },
  expect = { deny = "token_derivation", code = "derived_too_long" },
})

test("a mobile token derives none", {
  point = "token.derive",
  actor = { user = "bjorn", department = "Sales", user_type = "Integrator", via = "mobile" },
  token = { user = "bjorn", department = "Sales", user_type = "Integrator" },
  proposed = { expires = "2026-11-22T12:15:00Z" },
  expect = { deny = "mobile_scope", code = "mobile_token" },
})

test("of the tokens of others it says nothing, and of the operator neither", {
  point = "token.derive",
  token = { department = "Sales", user_type = "Customer" },
  proposed = { expires = "2026-11-22T12:15:00Z" },
  cases = {
    { actor = { user = "bjorn", department = "Sales", user_type = "Integrator" } },
    { actor = "operator" },
  },
  only_policy = true,
  expect = { silent = true },
})
