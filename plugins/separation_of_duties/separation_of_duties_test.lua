test("a token that could create and approve orders", {
  cases = {
    both = { token = { department = "Sales", user_type = "Department Manager" }, gives = true },
    ["one half"] = { token = { department = "Sales", user_type = "Integrator" }, gives = false },
    ["the halves from two places"] = {
      token = { department = "Sales", user_type = "Integrator", permissions = { "orders.approve" } },
      gives = true,
    },
  },
  ask = "separation_of_duties.conflict(request.token)",
})

test("the duty is named", {
  cases = {
    { token = { department = "Sales", user_type = "Department Manager" }, gives = "orders" },
    { token = { department = "Sales", user_type = "Customer" }, gives = "none" },
  },
  ask = "request.token.conflicting_duty",
})
