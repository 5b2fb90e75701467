directory "host" {
  departments = { "Platform" },
  user_types = {
    Reader = { permissions = { "contents:read", "issues:*" } },
    Writer = { permissions = { "contents:*" } },
  },
}

test("a scope covers what it names, and no more", {
  cases = {
    named = { action = "contents:read", expect = { permit = true, reason = "holds contents:read" } },
    ["all of issues"] = { action = "issues:write", expect = { permit = true } },
    ["not named"] = { action = "contents:write", expect = { permit = false, code = "not_permitted" } },
    ["another repository's type"] = { action = "settings:write", expect = { permit = false } },
  },
  directory = "host",
  token = { department = "Platform", user_type = "Reader" },
  resource = { type = "repository", visibility = "private" },
  context = { ip = "10.0.0.1" },
})

test("settings are a scope of their own", {
  directory = "host",
  token = { department = "Platform", user_type = "Reader", permissions = { "settings:*" } },
  action = "settings:write",
  resource = { type = "repository", visibility = "private" },
  context = { ip = "10.0.0.1" },
  expect = { permit = true },
})

test("an action needs a repository", {
  directory = "host",
  token = { department = "Platform", user_type = "Reader" },
  action = "contents:read",
  resource = false,
  context = { ip = "10.0.0.1" },
  expect = { permit = false, code = "action_not_applicable" },
})
