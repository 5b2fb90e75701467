fixture "north" { department = "Sales North", user_type = "Integrator" }

test("the nearest department that holds both", {
  cases = {
    cousins = { resource = { type = "order", department = "Warehouse" }, gives = "Nordlys Logistics" },
    siblings = { resource = { type = "order", department = "Sales South" }, gives = "Sales" },
    ["one that holds the other"] = { resource = { type = "order", department = "Sales" }, gives = "Sales" },
    ["the same"] = { resource = { type = "order", department = "Sales North" }, gives = "Sales North" },
  },
  ask = "org.common_ancestor(request.token.department, request.resource.department).name",
  token = "north",
})

test("siblings lie directly under the same department", {
  cases = {
    { resource = { type = "order", department = "Sales South" }, gives = true },
    { resource = { type = "order", department = "Sales North" }, gives = false },
    { resource = { type = "order", department = "Sales" }, gives = false },
    { resource = { type = "order", department = "Nordlys Logistics" }, gives = false },
  },
  ask = "org.siblings(request.token.department, request.resource.department)",
  token = "north",
})

test("how far it is", {
  cases = {
    { resource = { type = "order", department = "Warehouse" }, gives = 4 },
    { resource = { type = "order", department = "Sales North" }, gives = 0 },
  },
  ask = "org.distance(request.token.department, request.resource.department)",
  token = "north",
})

test("managers manage their department and those under it", {
  cases = {
    { token = { department = "Sales", user_type = "Department Manager" }, gives = true },
    { token = { department = "Warehouse", user_type = "Department Manager" }, gives = false },
    { token = { department = "Sales", user_type = "Integrator" }, gives = false },
  },
  ask = "org.manages(request.token, request.resource.department)",
  resource = { type = "order", department = "Sales North" },
})

test("a department's path", {
  ask = "request.token.department.path",
  token = "north",
  gives = "Nordlys Logistics / Sales / Sales North",
})

test("a department's top", { ask = "request.token.department.top.name", token = "north", gives = "Nordlys Logistics" })

test("whose a token is", {
  cases = {
    { token = { department = "Sales", user_type = "Administrator" }, gives = true },
    { token = "north", gives = false },
  },
  ask = "request.token.is_managers",
})
