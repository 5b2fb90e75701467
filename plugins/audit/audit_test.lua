test("a deny is kept with its code and the policy that said so", {
  says = 'deny("closed", { code = "shut" })',
  action = "orders.read",
  sink = "denials",
  keeps = "2026-11-22T12:00:00Z denied orders.read by asked",
})

test("so is one that nobody said: nothing permits", {
  says = 'advise("ask somebody")',
  action = "orders.read",
  at = "2026-01-02T03:04:05Z",
  sink = "denials",
  keeps = "2026-01-02T03:04:05Z not_permitted orders.read by nobody",
})

test("a permit is not kept", {
  cases = { { sink = "denials" }, { sink = "denials_to_syslog" } },
  says = "permit()",
  keeps = false,
})

test("the system's log has its own clock", {
  says = 'deny("closed", { code = "shut" })',
  action = "orders.read",
  sink = "denials_to_syslog",
  keeps = "denied orders.read",
})
