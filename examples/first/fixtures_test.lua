-- What the tests of this folder share: a small organisation, and names for things that many tests use.
directory {
  departments = { "Sales", ["Sales North"] = { parent = "Sales" }, "Finance" },
  user_types = { Integrator = { "orders.read", "orders.create" }, Manager = { "orders.*" } },
}

fixture "integrator" { department = "Sales", user_type = "Integrator" }
