local rick = "CiRmZDA2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"
local beth = "CiRmZDM2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"
local morty = "CiRmZDE2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"

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
  expect = { permit = true },
})

test("the policy says nothing about somebody it does not know", {
  subject = { type = "user", id = "nobody" },
  action = "can_read_user",
  resource = { type = "user", id = "beth@the-smiths.com" },
  only_policy = true,
  expect = { silent = true, permit = false },
})
