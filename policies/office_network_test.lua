fixture "sync" { department = "Sales", user_type = "Integrator" }

test("from an address of the office", {
  cases = {
    { context = { ip = "10.1.2.3" } },
    { context = { ip = "2001:db8::7" } },
    { context = { ip = "::ffff:10.1.2.3" } },
  },
  settings = { office_network = { enabled = true, networks = { "10.0.0.0/8", "2001:db8::/32" } } },
  token = "sync",
  action = "orders.read",
  resource = { type = "order", department = "Sales" },
  expect = { silent = true },
})

test("from elsewhere", {
  cases = {
    ["an address of no network of the office"] = {
      context = { ip = "192.0.2.1" },
      expect = { deny = "office_network", code = "outside_office", reason = "192.0.2.1" },
    },
    ["nobody knows where"] = {
      context = {},
      expect = { deny = "office_network", code = "address_unknown" },
    },
  },
  settings = { office_network = { enabled = true, networks = { "10.0.0.0/8" } } },
  token = "sync",
  action = "orders.read",
  resource = { type = "order", department = "Sales" },
})

test("turned on without networks it lets nobody in", {
  settings = { office_network = { enabled = true } },
  token = "sync",
  action = "orders.read",
  resource = { type = "order", department = "Sales" },
  context = { ip = "10.1.2.3" },
  expect = { deny = "office_network" },
})

test("reading from elsewhere, where that is allowed", {
  cases = {
    { action = "orders.read", expect = { silent = true } },
    { action = "orders.create", expect = { deny = "office_network" } },
  },
  settings = { office_network = { enabled = true, networks = { "10.0.0.0/8" }, reading = true } },
  token = "sync",
  resource = { type = "order", department = "Sales" },
  context = { ip = "192.0.2.1" },
})

test("it is off until somebody turns it on", {
  token = "sync",
  action = "orders.read",
  resource = { type = "order", department = "Sales" },
  context = { ip = "192.0.2.1" },
  expect = { permit = true },
})
