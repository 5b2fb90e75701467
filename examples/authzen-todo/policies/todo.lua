-- Viewers read; editors also create todos and change their own; admins delete any todo, evil geniuses update any.
local policy = {
  on = "access",
  subject = "user",
  grants = { "can_read_user", "can_read_todos", "can_create_todo", "can_update_todo", "can_delete_todo" },
}

-- The five subjects of the scenario: the id by which they own todos, and their roles.
local users = {
  ["CiRmZDA2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"] = {
    id = "rick@the-citadel.com",
    roles = { editor = true, admin = true, evil_genius = true },
  },
  ["CiRmZDM2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"] = {
    id = "beth@the-smiths.com",
    roles = {}, -- a viewer
  },
  ["CiRmZDE2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"] = {
    id = "morty@the-citadel.com",
    roles = { editor = true },
  },
  ["CiRmZDI2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"] = {
    id = "summer@the-smiths.com",
    roles = { editor = true },
  },
  ["CiRmZDQ2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"] = {
    id = "jerry@the-smiths.com",
    roles = {}, -- a viewer
  },
}

local function owns(user, resource)
  return resource:has("ownerID") and resource.ownerID == user.id
end

function policy.decide(request)
  local user = users[request.subject.id]
  if not user then return end
  local roles, action, resource = user.roles, request.action, request.resource
  if action == "can_read_user" or action == "can_read_todos" then
    permit("every role reads")
  elseif not roles.editor then
    return
  elseif action == "can_create_todo" then
    permit("an editor creates todos")
  elseif owns(user, resource) then
    permit("an editor changes their own todos")
  elseif action == "can_update_todo" and roles.evil_genius then
    permit("an evil genius updates any todo")
  elseif action == "can_delete_todo" and roles.admin then
    permit("an admin deletes any todo")
  end
end

return policy
