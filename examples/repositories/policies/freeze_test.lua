directory "host" {
  departments = { "Platform" },
  user_types = {
    Reader = { permissions = { "contents:read", "issues:*" } },
    Writer = { permissions = { "contents:*" } },
  },
}

test("nothing is written around the turn of the year", {
  cases = {
    { at = "2026-12-19T23:59:59Z", expect = { permit = true } },
    { at = "2026-12-20T00:00:00Z", expect = { deny = "freeze", code = "frozen" } },
    { at = "2026-12-21T00:00:00Z", expect = { deny = "freeze", code = "frozen" } },
    { at = "2026-12-31T12:00:00Z", expect = { deny = "freeze" } },
    { at = "2027-01-01T00:00:00Z", expect = { deny = "freeze" } },
    { at = "2027-01-02T23:59:59Z", expect = { deny = "freeze", code = "frozen" } },
    { at = "2027-01-03T00:00:00Z", expect = { permit = true } },
    { at = "2027-02-01T00:00:00Z", expect = { permit = true } },
    { at = "2026-11-20T00:00:00Z", expect = { permit = true } },
  },
  directory = "host",
  token = { department = "Platform", user_type = "Writer" },
  action = "contents:write",
  resource = { type = "repository", visibility = "public" },
  context = { ip = "10.0.0.1" },
})

test("reading goes on", {
  directory = "host",
  at = "2026-12-24T12:00:00Z",
  token = { department = "Platform", user_type = "Writer" },
  action = "contents:read",
  resource = { type = "repository", visibility = "public" },
  context = { ip = "10.0.0.1" },
  expect = { permit = true },
})

test("the history of a public repository stays", {
  cases = {
    public = {
      action = { name = "contents:write", force = true },
      expect = { deny = "freeze", code = "history" },
    },
    private = {
      action = { name = "contents:write", force = true },
      resource = { visibility = "private" },
      expect = { permit = true },
    },
    ["without force"] = { action = { name = "contents:write", force = false }, expect = { permit = true } },
    ["not said"] = { action = "contents:write", expect = { permit = true } },
  },
  directory = "host",
  at = "2026-06-01T12:00:00Z",
  token = { department = "Platform", user_type = "Writer" },
  resource = { type = "repository", visibility = "public" },
  context = { ip = "10.0.0.1" },
})
