fixture "phone" { department = "Sales", user_type = "Department Manager", kind = "mobile" }

test("while it is open", {
  at = "2026-11-23T09:00:00Z",
  settings = { working_hours = { enabled = true } },
  token = "phone",
  action = "orders.approve",
  resource = { type = "order", department = "Sales" },
  expect = { silent = true },
})

test("while it is closed", {
  cases = {
    ["at night"] = { at = "2026-11-23T21:00:00Z", expect = { deny = "working_hours", code = "closed" } },
    ["on a holiday"] = { at = "2026-12-24T10:00:00Z", expect = { deny = "working_hours", code = "holiday" } },
    ["reading"] = { at = "2026-11-23T21:00:00Z", action = "orders.read", expect = { silent = true } },
    ["an integration"] = {
      at = "2026-11-23T21:00:00Z",
      token = { department = "Sales", user_type = "Department Manager", kind = "api" },
      expect = { silent = true },
    },
    ["an integration, where these rest too"] = {
      at = "2026-11-23T21:00:00Z",
      token = { department = "Sales", user_type = "Department Manager", kind = "api" },
      settings = { working_hours = { enabled = true, integrations = false } },
      expect = { deny = "working_hours", code = "closed" },
    },
  },
  settings = { working_hours = { enabled = true } },
  token = "phone",
  action = "orders.approve",
  resource = { type = "order", department = "Sales" },
})

test("it is off until somebody turns it on", {
  at = "2026-11-23T21:00:00Z",
  token = "phone",
  action = "orders.approve",
  resource = { type = "order", department = "Sales" },
  expect = { permit = true },
})
