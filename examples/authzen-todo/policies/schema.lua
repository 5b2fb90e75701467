-- The vocabulary of the OpenID AuthZEN Todo scenario: users and their todos.
return {
  actions = {
    can_read_user = "read",
    can_read_todos = "read",
    can_create_todo = "write",
    can_update_todo = "write",
    can_delete_todo = "delete",
  },
  resources = {
    todo = { ownerID = optional "string" },
    user = {},
  },
  subjects = {
    user = {},
  },
}
