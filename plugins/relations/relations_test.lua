-- The assertions of the store from which the data is taken: see NOTICE.txt.
local function check(object, relation, user)
  return 'relations.check("doc", "' .. object .. '", "' .. relation .. '", "user", "' .. user .. '")'
end

test("the owner of a folder writes its documents", { ask = check("2021-roadmap", "can_write", "anne"), gives = true })
test("a viewer is no owner", { ask = check("2021-roadmap", "can_change_owner", "beth"), gives = false })
test("members of a group view what is in the group's folder", {
  ask = check("2021-roadmap", "can_read", "charles"),
  gives = true,
})
test("everybody views a public document", { ask = check("public-roadmap", "can_read", "zoe"), gives = true })
test("nobody else views what is not public", { ask = check("2021-roadmap", "can_read", "zoe"), gives = false })
test("viewers of a document, apart from its folder", {
  cases = {
    beth = { ask = check("2021-roadmap", "viewer", "beth"), gives = true },
    anne = { ask = check("2021-roadmap", "viewer", "anne"), gives = false },
    charles = { ask = check("2021-roadmap", "viewer", "charles"), gives = false },
  },
})
test("a document that no tuple names", { ask = check("nothing", "can_read", "anne"), gives = false })
test("a relation that the model lacks", {
  ask = check("2021-roadmap", "can_fly", "anne"),
  fails = "the model has no relation `can_fly` of `doc`",
})
test("everybody is not a user", { ask = check("2021-roadmap", "can_read", "*"), fails = "`*` is everybody, and not a user" })
