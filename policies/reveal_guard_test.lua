test("an administrator who can do as much sees the token string", {
  point = "token.reveal",
  actor = { department = "Sales", user_type = "Administrator" },
  token = { department = "Sales", user_type = "Customer" },
  expect = { permit = true },
})

test("who can do less does not see the token string", {
  point = "token.reveal",
  actor = { department = "Sales", user_type = "Customer", permissions = { "tokens.reveal" } },
  token = { department = "Sales", user_type = "Customer", permissions = { "orders.delete" } },
  expect = { deny = "reveal_guard", code = "beyond_actor" },
})

test("a mobile token is never shown again, not even to the operator", {
  point = "token.reveal",
  actor = "operator",
  token = { department = "Sales", user_type = "Customer", kind = "mobile" },
  expect = { deny = "reveal_guard", code = "mobile_token" },
})

test("an expired token is not shown", {
  point = "token.reveal",
  actor = "operator",
  token = { department = "Sales", user_type = "Customer", expires = "2026-11-22T12:00:00Z" },
  expect = { deny = "reveal_guard", code = "expired_token" },
})

test("the guard says nothing to the operator about a token in use", {
  point = "token.reveal",
  actor = "operator",
  token = { department = "Sales", user_type = "Customer" },
  only_policy = true,
  expect = { silent = true },
})

test("a token string is of use as long as the token is", {
  point = "token.reveal",
  actor = "operator",
  cases = {
    {
      name = "a second after it has expired",
      token = { department = "Sales", user_type = "Customer", expires = "2026-11-22T11:59:59Z" },
      expect = { deny = "reveal_guard", code = "expired_token" },
    },
    {
      name = "a second before it expires",
      token = { department = "Sales", user_type = "Customer", expires = "2026-11-22T12:00:01Z" },
      expect = { permit = true },
    },
  },
})
