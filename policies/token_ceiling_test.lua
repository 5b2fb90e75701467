fixture "customer" { department = "Sales", user_type = "Customer" }
fixture "sales" { department = "Sales", user_type = "Integrator" }

local order = { type = "order", department = "Sales" }

test("a token without a ceiling is not limited", {
  token = "sales",
  action = "orders.read",
  resource = order,
  expect = { silent = true },
})

test("permissions", {
  token = { department = "Sales", user_type = "Integrator", ceiling = { permissions = { "orders.read", "invoices.*" } } },
  resource = order,
  cases = {
    { action = "orders.read", expect = { permit = true } },
    ["not left"] = { action = "orders.create", expect = { deny = "token_ceiling", code = "above_ceiling" } },
  },
})

test("departments", {
  token = { department = "Sales", user_type = "Integrator", ceiling = { departments = { "Sales North" } } },
  action = "orders.read",
  cases = {
    { resource = { type = "order", department = "Sales North" }, expect = { permit = true } },
    ["the department of the combination"] = {
      resource = order,
      expect = { deny = "token_ceiling", code = "outside_ceiling" },
    },
    ["a request that does not say where"] = {
      resource = { type = "order" },
      expect = { deny = "token_ceiling", code = "outside_ceiling" },
    },
    ["a request without a resource"] = {
      resource = false,
      expect = { deny = "token_ceiling", code = "outside_ceiling" },
    },
  },
})

test("networks", {
  token = { department = "Sales", user_type = "Integrator", ceiling = { networks = { "10.0.0.0/8", "2001:db8::/32" } } },
  action = "orders.read",
  resource = order,
  cases = {
    { context = { ip = "10.1.2.3" }, expect = { permit = true } },
    { context = { ip = "2001:db8::7" }, expect = { permit = true } },
    ["elsewhere"] = {
      context = { ip = "192.0.2.1" },
      expect = { deny = "token_ceiling", code = "outside_networks" },
    },
    ["nobody knows where"] = { expect = { deny = "token_ceiling", code = "outside_networks" } },
  },
})

test("hours, on the clock of the tenant", {
  token = { department = "Sales", user_type = "Integrator", ceiling = { hours = "mon-fri 08:00-18:00" } },
  action = "orders.read",
  resource = order,
  cases = {
    { at = "2026-11-23T07:00:00Z", expect = { permit = true } },
    ["too early"] = { at = "2026-11-23T06:59:59Z", expect = { deny = "token_ceiling", code = "outside_hours" } },
    ["too late"] = { at = "2026-11-23T17:00:00Z", expect = { deny = "token_ceiling", code = "outside_hours" } },
    ["a Sunday"] = { at = "2026-11-22T12:00:00Z", expect = { deny = "token_ceiling", code = "outside_hours" } },
  },
})

test("a purpose", {
  token = { department = "Sales", user_type = "Integrator", ceiling = { purpose = "nightly export" } },
  action = "orders.read",
  resource = order,
  cases = {
    { context = { purpose = "nightly export" }, expect = { permit = true } },
    ["another"] = {
      context = { purpose = "marketing" },
      expect = { deny = "token_ceiling", code = "other_purpose" },
    },
    ["none"] = { expect = { deny = "token_ceiling", code = "other_purpose" } },
  },
})

test("a limited token administers within its limits", {
  point = "token.list",
  token = "sales",
  cases = {
    ["no token"] = { actor = { department = "Sales", user_type = "Administrator" }, expect = { permit = true } },
    ["a token without a ceiling"] = {
      actor = { via = "api", department = "Sales", user_type = "Administrator" },
      expect = { permit = true },
    },
    ["permissions"] = {
      actor = {
        via = "api", department = "Sales", user_type = "Administrator", ceiling = { permissions = { "tokens.list" } },
      },
      expect = { permit = true },
    },
    ["other permissions"] = {
      actor = {
        via = "api", department = "Sales", user_type = "Administrator", ceiling = { permissions = { "orders.read" } },
      },
      expect = { code = "not_permitted" },
    },
    ["another department"] = {
      actor = {
        via = "api", department = "Sales", user_type = "Administrator", ceiling = { departments = { "Sales North" } },
      },
      expect = { deny = "token_visibility", code = "outside_department" },
    },
    ["networks"] = {
      actor = {
        via = "api", department = "Sales", user_type = "Administrator", ceiling = { networks = { "10.0.0.0/8" } },
      },
      expect = { deny = "token_ceiling", code = "outside_networks" },
    },
    ["a number of uses"] = {
      actor = { via = "api", department = "Sales", user_type = "Administrator", ceiling = { uses = 1 } },
      expect = { deny = "token_ceiling", code = "limited_token" },
    },
    ["its hours"] = {
      at = "2026-11-23T12:00:00Z",
      actor = { via = "api", department = "Sales", user_type = "Administrator", ceiling = { hours = "08:00-18:00" } },
      expect = { permit = true },
    },
    ["other hours"] = {
      at = "2026-11-23T12:00:00Z",
      actor = { via = "api", department = "Sales", user_type = "Administrator", ceiling = { hours = "20:00-22:00" } },
      expect = { deny = "token_ceiling", code = "outside_hours" },
    },
  },
})

test("no act of administration goes beyond the ceiling of the token that acts", {
  actor = {
    via = "api", department = "Sales", user_type = "Administrator", ceiling = { purpose = "nightly export" },
  },
  cases = {
    derive = { point = "token.derive", token = "customer", proposed = { expires = "2026-11-22T12:15:00Z" } },
    issue = { point = "token.issue", proposed = { department = "Sales", user_type = "Customer" } },
    amend = { point = "token.amend", token = "customer", proposed = { name = "renamed" } },
    reveal = { point = "token.reveal", token = "customer" },
    revoke = { point = "token.revoke", token = "customer" },
    attest = { point = "token.attest", token = "customer" },
    approve = { point = "token.approve", token = "customer" },
    list = { point = "token.list", token = "customer" },
  },
  expect = { deny = "token_ceiling", code = "other_purpose" },
})

test("a department that the ceiling does not leave is enough to deny", {
  token = { department = "Sales", user_type = "Integrator", ceiling = { departments = { "Sales North" } } },
  action = "orders.read",
  resource = order,
  only_policy = true,
  expect = { deny = "token_ceiling", code = "outside_ceiling" },
})
