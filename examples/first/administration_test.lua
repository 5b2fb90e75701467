-- `point` is the kind of decision; a test without it is about access.
test("who may see the string of a token", {
  point = "token.reveal",
  token = "integrator",
  cases = {
    { name = "the operator", actor = "operator", expect = { permit = true } },
    {
      name = "a user",
      actor = { department = "Sales", user_type = "Manager" },
      expect = { permit = false, code = "not_permitted" },
    },
  },
})

test("the operator administers tokens", {
  actor = "operator",
  expect = { permit = true },
  cases = {
    {
      name = "makes one",
      point = "token.issue",
      proposed = { department = "Sales", user_type = "Integrator" },
    },
    { name = "changes one", point = "token.amend", token = "integrator", proposed = { name = "renamed" } },
    { name = "revokes one", point = "token.revoke", token = "integrator" },
    { name = "sees them", point = "token.list", token = "integrator" },
  },
})
