directory "hospital" {
  departments = { "Ward 3" },
  user_types = { Clinician = { permissions = { "record:*" } }, Trainee = { permissions = { "record:read" } } },
  users = {
    okafor = { department = "Ward 3", user_type = "Clinician" },
    lind = { department = "Ward 3", user_type = "Clinician" },
    moss = { department = "Ward 3", user_type = "Trainee" },
  },
}

test("clinicians read and write the records of those whom they treat", {
  cases = {
    reads = { action = "record:read", expect = { permit = true, obligations = {} } },
    writes = { action = "record:write", expect = { permit = true } },
    ["a trainee only reads"] = {
      token = { user = "moss" },
      action = "record:write",
      expect = { permit = false, code = "not_permitted" },
    },
  },
  directory = "hospital",
  token = { user = "okafor" },
  resource = { type = "record", treating = { "okafor", "moss" } },
})

test("whoever does not treat the patient is refused, and the attempt is logged", {
  cases = {
    reads = { action = "record:read" },
    ["says that it is none"] = { action = "record:read", context = { emergency = false } },
    ["writes in an emergency"] = { action = "record:write", context = { emergency = true, reason = "unconscious" } },
  },
  directory = "hospital",
  token = { user = "lind" },
  resource = { type = "record", treating = { "okafor" } },
  context = { supported_obligations = { "log_attempt", "log_emergency", "tell_privacy_officer" } },
  expect = { deny = "treating", code = "not_treating", obligations = { "log_attempt" } },
})

test("logs say who, what and why", {
  cases = {
    refused = {
      action = "record:write",
      expect = {
        deny = "treating",
        obligations = { { type = "log_attempt", properties = { user = "lind", action = "record:write" } } },
      },
    },
    ["in an emergency"] = {
      action = "record:read",
      context = { emergency = true, reason = "unconscious" },
      expect = {
        permit = true,
        obligations = {
          { type = "log_emergency", properties = { user = "lind", reason = "unconscious" } },
          "tell_privacy_officer",
        },
      },
    },
  },
  directory = "hospital",
  token = { user = "lind" },
  resource = { type = "record", treating = { "okafor" } },
  context = { supported_obligations = { "log_attempt", "log_emergency", "tell_privacy_officer" } },
})

test("in an emergency anybody reads, with a reason and a log", {
  cases = {
    ["with a reason"] = {
      context = { reason = "unconscious, no papers" },
      expect = { permit = true, obligations = { "log_emergency", "tell_privacy_officer" } },
    },
    ["without"] = { expect = { deny = "treating", code = "reason_missing", obligations = { "log_attempt" } } },
    ["for a client that tells nobody"] = {
      context = { reason = "unconscious", supported_obligations = { "log_emergency" } },
      expect = { permit = false, code = "obligation_unsupported" },
    },
  },
  directory = "hospital",
  token = { user = "lind" },
  action = "record:read",
  resource = { type = "record", treating = { "okafor" } },
  context = {
    emergency = true,
    supported_obligations = { "log_attempt", "log_emergency", "tell_privacy_officer" },
  },
})
