test("an address of a network", {
  cases = {
    inside = { context = { ip = "10.1.2.3" }, gives = true },
    outside = { context = { ip = "11.1.2.3" }, gives = false },
    ["an IPv4 address in its IPv6 form"] = { context = { ip = "::ffff:10.1.2.3" }, gives = true },
    ["an IPv6 address"] = { context = { ip = "2001:db8::1" }, gives = false },
  },
  ask = 'cidr.contains("10.0.0.0/8", request.context.ip)',
})

test("an address of one of some networks", {
  cases = {
    first = { context = { ip = "10.1.2.3" }, gives = true },
    second = { context = { ip = "2001:db8::1" }, gives = true },
    neither = { context = { ip = "192.0.2.1" }, gives = false },
  },
  ask = 'cidr.contains_any({ "10.0.0.0/8", "2001:db8::/32" }, request.context.ip)',
})

test("private addresses", {
  cases = {
    { context = { ip = "192.168.1.1" }, gives = true },
    { context = { ip = "fe80::1" }, gives = true },
    { context = { ip = "8.8.8.8" }, gives = false },
  },
  ask = 'cidr.is_private(request.context.ip)',
})

test("where a request comes from", {
  cases = {
    { context = { ip = "172.16.0.1" }, gives = "private" },
    { context = { ip = "8.8.8.8" }, gives = "public" },
    { context = {}, gives = "unknown" },
  },
  ask = 'request.context.origin',
})

test("what is no network is said", {
  ask = 'cidr.contains("10.0.0.1/8", request.context.ip)',
  context = { ip = "10.1.2.3" },
  fails = "write `10.0.0.0/8`",
})

test("a department is no address", {
  ask = 'cidr.contains("10.0.0.0/8", request.token.department)',
  fails = "takes an ip as `address`, got a department",
})
