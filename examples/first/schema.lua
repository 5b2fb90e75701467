-- The vocabulary of the policies in this folder: a policy that uses another name does not load.
-- `demilune vocabulary` prints it together with everything else that a policy can read.

return {
  -- Every action of your application, with its kind: read, write, delete or admin.
  -- Actions are the declared permissions too: user types grant `orders.read`, or `orders.*`.
  actions = {
    ["orders.read"] = "read",
    ["orders.create"] = "write",
    ["orders.approve"] = "write",
    ["orders.delete"] = "delete",
  },

  -- Every type of resource, and the properties that a request states about one.
  -- Types: string number boolean instant date department user ip, and `list` or `optional` of them.
  resources = {
    order = {
      department = "department",
      owner = optional "user",
      amount = optional "number",
    },
  },

  -- The circumstances of a request. `optional`: a policy asks `request.context:has("mfa")` before it reads `mfa`.
  context = {
    ip = optional "ip",
    mfa = optional "boolean",
  },
}
