test("a workload says by its labels whose it is, and what for", {
  cases = {
    both = { resource = { metadata = { labels = { team = "shop", env = "prod", tier = "web" } } }, expect = { permit = true } },
    ["no team"] = {
      resource = { metadata = { labels = { env = "prod" } } },
      expect = { deny = "admission", code = "team_missing" },
    },
    ["no env"] = {
      resource = { metadata = { labels = { team = "shop" } } },
      expect = { deny = "admission", code = "env_missing" },
    },
  },
  subject = { type = "account", id = "anna" },
  action = "create",
  resource = { type = "pod", metadata = { namespace = "shop" }, spec = {} },
})

test("only pods and deployments are reviewed", {
  subject = { type = "account", id = "anna" },
  action = "create",
  resource = false,
  expect = { permit = false, code = "action_not_applicable" },
})
