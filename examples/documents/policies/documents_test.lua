fixture "anne" { type = "user", id = "anne" }
fixture "beth" { type = "user", id = "beth" }
fixture "charles" { type = "user", id = "charles" }

test("who owns the folder may do all but give the document away", {
  cases = {
    { action = "read", expect = { permit = true } },
    { action = "write", expect = { permit = true } },
    { action = "share", expect = { permit = true } },
    { action = "change_owner", expect = { permit = false } },
  },
  subject = "anne",
  resource = { type = "doc", id = "2021-roadmap" },
})

test("members of a group read what is in the group's folder", {
  subject = "charles",
  action = "read",
  resource = { type = "doc", id = "2021-roadmap" },
  expect = { permit = true, reason = "charles may read 2021-roadmap" },
})

test("a reader does not write", {
  subject = "beth",
  action = "write",
  resource = { type = "doc", id = "2021-roadmap" },
  expect = { permit = false },
})

test("a request that names no document is not permitted", {
  subject = "beth",
  action = "read",
  resource = false,
  expect = { silent = true },
})
