directory "host" {
  departments = { "Platform" },
  user_types = {
    Reader = { permissions = { "contents:read", "issues:*" } },
    Writer = { permissions = { "contents:*" } },
  },
}

test("a token lasts 366 days at most", {
  cases = {
    ["a second less"] = { proposed = { expires = "2027-06-02T11:59:59Z" }, expect = { permit = true } },
    ["366 days"] = { proposed = { expires = "2027-06-02T12:00:00Z" }, expect = { permit = true } },
    ["a second more"] = {
      proposed = { expires = "2027-06-02T12:00:01Z" },
      expect = { deny = "expiry", code = "too_long", reason = "P366D" },
    },
  },
  directory = "host",
  point = "token.issue",
  at = "2026-06-01T12:00:00Z",
  actor = "operator",
  proposed = { department = "Platform", user_type = "Reader" },
})

test("nobody is there to renew a token around the turn of the year", {
  directory = "host",
  point = "token.issue",
  at = "2026-06-01T12:00:00Z",
  actor = "operator",
  proposed = { department = "Platform", user_type = "Reader", last_day = "2026-12-24" },
  expect = { permit = true, advice = "expiry" },
})

test("a token is not made to last longer later either", {
  cases = {
    ["366 days"] = { proposed = { expires = "2027-06-02T12:00:00Z" }, expect = { permit = true } },
    ["a second more"] = {
      proposed = { expires = "2027-06-02T12:00:01Z" },
      expect = { deny = "expiry", code = "too_long" },
    },
  },
  directory = "host",
  point = "token.amend",
  at = "2026-06-01T12:00:00Z",
  actor = "operator",
  token = { department = "Platform", user_type = "Reader" },
})

test("nothing is said of a token that ends in summer and that a user makes", {
  directory = "host",
  point = "token.issue",
  at = "2026-06-01T12:00:00Z",
  actor = { department = "Platform", user_type = "Writer" },
  proposed = { department = "Platform", user_type = "Reader", last_day = "2026-08-24" },
  only_policy = true,
  expect = { silent = true },
})

test("only the operator makes tokens", {
  directory = "host",
  point = "token.issue",
  actor = { department = "Platform", user_type = "Writer" },
  proposed = { department = "Platform", user_type = "Reader" },
  expect = { permit = false },
})
