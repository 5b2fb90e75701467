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
