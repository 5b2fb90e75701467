-- Day by day: the day of creation, the months that the tenant has agreed, and the last day that fits.
local fits = {
  { "2024-02-29", 12, "2025-02-28", "2025-03-01" },
  { "2023-03-01", 12, "2024-03-01", "2024-03-02" },
  { "2024-01-31", 1, "2024-02-29", "2024-03-01" },
  { "2023-01-31", 1, "2023-02-28", "2023-03-01" },
  { "2024-12-31", 2, "2025-02-28", "2025-03-01" },
}

for _, case in ipairs(fits) do
  local created, months, last, over = case[1], case[2], case[3], case[4]
  local at = created .. "T12:00:00Z"

  test("created " .. created .. " with " .. months .. " months, " .. last .. " fits", {
    point = "token.issue",
    at = at,
    actor = "operator",
    proposed = { department = "Sales", user_type = "Integrator", created = at, last_day = last },
    settings = { expiry_cap = { months = months, hard = false } },
    only_policy = true,
    expect = { silent = true },
  })

  test("created " .. created .. " with " .. months .. " months, " .. over .. " is advised against", {
    point = "token.issue",
    at = at,
    actor = "operator",
    proposed = { department = "Sales", user_type = "Integrator", created = at, last_day = over },
    settings = { expiry_cap = { months = months, hard = false } },
    expect = { permit = true, advice = "expiry_cap", details = { last_day = last } },
  })
end

test("a hard cap refuses", {
  point = "token.issue",
  actor = "operator",
  proposed = { department = "Sales", user_type = "Integrator", last_day = "2027-05-23" },
  settings = { expiry_cap = { months = 6, hard = true } },
  expect = { deny = "expiry_cap", code = "expiry_beyond_cap" },
})

test("a hard cap lets its last day pass", {
  point = "token.issue",
  actor = "operator",
  proposed = { department = "Sales", user_type = "Integrator", last_day = "2027-05-22" },
  settings = { expiry_cap = { months = 6, hard = true } },
  expect = { permit = true },
})

test("amending counts from the day of creation", {
  point = "token.amend",
  actor = "operator",
  token = { department = "Sales", user_type = "Integrator", created = "2026-01-15T12:00:00Z", last_day = "2026-12-31" },
  proposed = { last_day = "2027-01-16" },
  settings = { expiry_cap = { months = 12, hard = true } },
  expect = { deny = "expiry_cap" },
})

test("a token that is long already can be renamed under a hard cap", {
  point = "token.amend",
  actor = "operator",
  token = { department = "Sales", user_type = "Integrator", created = "2026-01-15T12:00:00Z", last_day = "2029-12-31" },
  proposed = { name = "warehouse" },
  settings = { expiry_cap = { months = 12, hard = true } },
  expect = { permit = true },
})

test("the cap says nothing about mobile tokens", {
  point = "token.issue",
  actor = "operator",
  proposed = { department = "Sales", user_type = "Integrator", kind = "mobile", last_day = "2029-01-01" },
  only_policy = true,
  expect = { silent = true },
})

test("a long token is amended up to the last day it has", {
  point = "token.amend",
  actor = "operator",
  token = { department = "Sales", user_type = "Integrator", created = "2026-01-15T12:00:00Z", last_day = "2029-12-31" },
  settings = { expiry_cap = { months = 12, hard = true } },
  cases = {
    { name = "the day before", proposed = { last_day = "2029-12-30" }, expect = { permit = true } },
    { name = "the day itself", proposed = { last_day = "2029-12-31" }, expect = { permit = true } },
    { name = "the day after", proposed = { last_day = "2030-01-01" }, expect = { deny = "expiry_cap" } },
  },
})

test("the day before the last that fits, fits", {
  point = "token.issue",
  actor = "operator",
  proposed = { department = "Sales", user_type = "Integrator", last_day = "2027-05-21" },
  settings = { expiry_cap = { months = 6, hard = true } },
  expect = { permit = true },
})
