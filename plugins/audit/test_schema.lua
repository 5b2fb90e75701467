-- The schema of this plugin's tests.
return { actions = { ["orders.read"] = "read" }, resources = { order = {} } }
