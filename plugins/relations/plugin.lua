-- Relations of users to objects, as stores of relation tuples with a model have them.
return {
  name = "relations",
  version = "1.0.0",
  about = "Relations of users to objects: groups in groups, parents, relations that follow from others",
  needs = { "tuples" },
  provides = {
    functions = {
      -- Whether a user has a relation to an object: `relations.check("doc", id, "can_read", "user", name)`.
      check = { host = "tuples.check", with = { "tuples", "model" } },
    },
    data = {
      -- Who has which relation to what: a user, or everybody who has `user_relation` to it.
      tuples = {
        file = "tuples.csv",
        columns = {
          user_type = "string",
          user_id = "string",
          user_relation = optional "string",
          relation = "string",
          object_type = "string",
          object_id = "string",
        },
      },
      -- From what each relation of a type follows, one rule in a row.
      model = {
        file = "model.csv",
        columns = {
          type = "string",
          relation = "string",
          rule = "string",
          of = optional "string",
          through = optional "string",
          users = list "string",
        },
      },
    },
  },
}
