directory "host" {
  departments = { "Platform" },
  user_types = {
    Reader = { permissions = { "contents:read", "issues:*" } },
    Writer = { permissions = { "contents:*" } },
  },
}

test("tokens work from the tenant's networks", {
  cases = {
    inside = { context = { ip = "10.1.2.3" }, expect = { permit = true } },
    ["the other network"] = { context = { ip = "2001:db8::7" }, expect = { permit = true } },
    outside = { context = { ip = "192.0.2.1" }, expect = { deny = "allow_list", code = "outside_networks" } },
  },
  directory = "host",
  token = { department = "Platform", user_type = "Reader" },
  action = "contents:read",
  resource = { type = "repository", visibility = "private" },
  settings = { allow_list = { networks = { "10.0.0.0/8", "2001:db8::/32" } } },
})

test("without networks they work from everywhere", {
  directory = "host",
  token = { department = "Platform", user_type = "Reader" },
  action = "contents:read",
  resource = { type = "repository", visibility = "private" },
  context = { ip = "192.0.2.1" },
  expect = { permit = true },
})
