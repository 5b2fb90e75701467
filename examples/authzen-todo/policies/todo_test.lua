local rick = "CiRmZDA2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"
local beth = "CiRmZDM2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"
local morty = "CiRmZDE2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"
local summer = "CiRmZDI2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"

test("a viewer reads", {
  subject = { type = "user", id = beth },
  action = "can_read_todos",
  resource = { type = "todo", id = "todo-1" },
  expect = { permit = true },
})

test("a viewer creates nothing", {
  subject = { type = "user", id = beth },
  action = "can_create_todo",
  resource = { type = "todo", id = "todo-1" },
  expect = { permit = false, code = "not_permitted" },
})

test("an editor updates their own todo", {
  subject = { type = "user", id = morty },
  action = "can_update_todo",
  resource = { type = "todo", id = "7", ownerID = "morty@the-citadel.com" },
  expect = { permit = true },
})

test("an editor does not update somebody else's todo", {
  subject = { type = "user", id = morty },
  action = "can_update_todo",
  resource = { type = "todo", id = "7", ownerID = "rick@the-citadel.com" },
  expect = { permit = false },
})

test("an admin deletes any todo", {
  subject = { type = "user", id = rick },
  action = "can_delete_todo",
  resource = { type = "todo", id = "7", ownerID = "morty@the-citadel.com" },
  expect = { permit = true, reason = "an admin" },
})

test("the policy says nothing about somebody it does not know", {
  subject = { type = "user", id = "nobody" },
  action = "can_read_user",
  resource = { type = "user", id = "beth@the-smiths.com" },
  only_policy = true,
  expect = { silent = true, permit = false },
})

test("a viewer sees users", {
  subject = { type = "user", id = beth },
  action = "can_read_user",
  resource = { type = "user", id = "rick@the-citadel.com" },
  expect = { permit = true },
})

test("every editor creates todos", {
  cases = {
    morty = { subject = { id = morty } },
    summer = { subject = { id = summer } },
  },
  subject = { type = "user" },
  action = "can_create_todo",
  resource = { type = "todo", id = "todo-1" },
  expect = { permit = true },
})

test("what others own", {
  cases = {
    ["an evil genius updates"] = { subject = { id = rick }, action = "can_update_todo", expect = { permit = true } },
    ["an editor does not delete"] = { subject = { id = summer }, action = "can_delete_todo", expect = { permit = false } },
  },
  subject = { type = "user" },
  resource = { type = "todo", id = "7", ownerID = "morty@the-citadel.com" },
})

test("a todo without an owner is an admin's to delete, and nobody else's", {
  cases = {
    admin = { subject = { id = rick }, expect = { permit = true } },
    editor = { subject = { id = morty }, expect = { permit = false } },
  },
  subject = { type = "user" },
  action = "can_delete_todo",
  resource = { type = "todo", id = "7" },
})
