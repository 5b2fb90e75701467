-- Documents in folders, whose readers and owners are tuples of the plugin `relations`.
return {
  actions = { read = "read", write = "write", share = "admin", change_owner = "admin" },
  resources = { doc = {} },
  subjects = { user = {} },
}
