-- Tenant 3 is in Oslo, an hour before UTC in winter.
test("open in the tenant's own hours", {
  cases = {
    ["on Monday morning"] = { at = "2026-11-23T07:00:00Z", gives = true },
    ["a minute before it opens"] = { at = "2026-11-23T06:59:59Z", gives = false },
    ["on Friday afternoon"] = { at = "2026-11-27T14:59:00Z", gives = true },
    ["when it closes on Friday"] = { at = "2026-11-27T15:00:00Z", gives = false },
    ["on Sunday"] = { at = "2026-11-22T12:00:00Z", gives = false },
    ["in summer time"] = { at = "2026-07-06T06:00:00Z", gives = true },
    ["on Christmas Eve, a Thursday"] = { at = "2026-12-24T10:00:00Z", gives = false },
    ["over lunch, by another tenant's hours"] = { tenant = "acme", at = "2026-11-23T12:30:00Z", gives = true },
  },
  ask = "business_hours.open()",
})

test("open at some other time", {
  ask = "business_hours.open(request.time:plus{ days = 1 })",
  at = "2026-11-22T12:00:00Z",
  gives = true,
})

test("holidays", {
  cases = {
    { at = "2026-12-24T23:30:00Z", gives = true },
    { at = "2026-12-26T12:00:00Z", gives = false },
  },
  ask = "business_hours.holiday()",
})

test("somewhere else", {
  cases = {
    { at = "2026-11-22T15:00:00Z", gives = "night" },
    { at = "2026-11-22T01:00:00Z", gives = "day" },
    { at = "2026-11-22T09:00:00Z", gives = "evening" },
  },
  ask = 'business_hours.shift("Asia/Tokyo", request.time)',
})

test("a zone that is none is said", {
  ask = 'business_hours.shift("Asia/Tokio", request.time) == "day"',
  fails = "the time zone `Asia/Tokio` is not installed",
})

test("what it never is, is never compared with", {
  ask = 'business_hours.shift("Asia/Tokyo", request.time) == "morning"',
  fails = "is never `morning`",
})
