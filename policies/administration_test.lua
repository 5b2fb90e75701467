local points = {
  ["token.derive"] = "tokens.issue",
  ["token.amend"] = "tokens.amend",
  ["token.reveal"] = "tokens.reveal",
  ["token.revoke"] = "tokens.revoke",
  ["token.attest"] = "tokens.revoke",
  ["token.approve"] = "tokens.issue",
  ["token.list"] = "tokens.list",
}
local order = { "token.derive", "token.amend", "token.reveal", "token.revoke", "token.attest", "token.approve", "token.list" }

for _, point in ipairs(order) do
  local proposed
  if point == "token.amend" then proposed = { name = "renamed" } end
  if point == "token.derive" then proposed = { expires = "2026-11-22T12:15:00Z" } end

  test("the operator may do everything at " .. point, {
    point = point,
    actor = "operator",
    token = { department = "Sales", user_type = "Customer" },
    proposed = proposed,
    expect = { permit = true, reason = "operator" },
  })

  test("a user with " .. points[point] .. " may do what is asked at " .. point, {
    point = point,
    actor = { department = "Sales", user_type = "Customer", permissions = { points[point] } },
    token = { department = "Sales", user_type = "Customer" },
    proposed = proposed,
    expect = { permit = true },
  })

  test("a user without " .. points[point] .. " is told nothing at " .. point, {
    point = point,
    actor = { department = "Sales", user_type = "Customer" },
    token = { department = "Sales", user_type = "Customer" },
    proposed = proposed,
    only_policy = true,
    expect = { silent = true, code = "not_permitted" },
  })
end

test("the operator issues", {
  point = "token.issue",
  actor = "operator",
  proposed = { department = "Sales", user_type = "Integrator" },
  expect = { permit = true },
})

test("a user without tokens.issue does not issue", {
  point = "token.issue",
  actor = { department = "Sales", user_type = "Customer" },
  proposed = { department = "Sales", user_type = "Customer" },
  expect = { code = "not_permitted" },
})
