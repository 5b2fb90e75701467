-- The vocabulary of the OpenID AuthZEN Todo scenario: users and their todos.
return {
  actions = {
    can_read_user = { kind = "read", on = { "user" } },
    can_read_todos = { kind = "read", on = { "todo" } },
    can_create_todo = { kind = "write", on = { "todo" } },
    can_update_todo = { kind = "write", on = { "todo" } },
    can_delete_todo = { kind = "delete", on = { "todo" } },
  },
  resources = {
    todo = { ownerID = optional "string" },
    user = {},
  },
  subjects = {
    user = {},
  },
}
