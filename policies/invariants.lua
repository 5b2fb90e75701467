-- What the policies of this folder never allow, and what they always do. `demilune explore` proves each statement for every
-- request, token and department that there can be, or shows a request for which it is wrong.
--
-- A policy says what holds for its own part; a statement here holds for the decision, whatever policies there are. Change it
-- when the rule changes, not when a policy does.

local administration = {
  "token.issue", "token.derive", "token.amend", "token.reveal", "token.revoke", "token.attest", "token.approve",
  "token.list",
}
local needed = {
  ["token.issue"] = "tokens.issue",
  ["token.amend"] = "tokens.amend",
  ["token.reveal"] = "tokens.reveal",
  ["token.revoke"] = "tokens.revoke",
  ["token.attest"] = "tokens.revoke",
  ["token.approve"] = "tokens.issue",
}

-- What tokens do

never(permit, "a token acts for its own tenant alone", function(request)
  return request.token.tenant ~= request.tenant
end)

never(permit, "an expired token does nothing", function(request)
  return request.token.expires <= request.time
end)

never(permit, "nothing is done without the permission for it", function(request)
  return not request.token:can(request.action)
end)

never(permit, "a token stays in its department and those under it", function(request)
  return request.resource:has("department")
    and not request.resource.department:is_within(request.token.department)
end)

never(permit, "nobody enters a department without what it requires", function(request)
  return request.resource:has("department") and not request.token:meets(request.resource.department)
end)

never(permit, "what could be in a department says in which it is", function(request)
  return not request.resource:has("department")
    and (not request.resource:has("type") or request.resource:declares("department"))
end)

never(permit, "a mobile token administers nothing", function(request)
  return request.token.kind == "mobile" and request.action_kind == "admin"
end)

-- What administrators do to tokens

never(permit, "a mobile token administers no tokens", { on = administration }, function(request)
  return request.actor:has("token") and request.actor.token.kind == "mobile"
end)

never(permit, "tokens are made, approved, changed, shown, attested and revoked with the permission for it",
  { on = { "token.issue", "token.amend", "token.reveal", "token.revoke", "token.attest", "token.approve" } }, function(request)
    return not request.actor.is_operator and not request.actor:can(needed[request.point])
  end)

never(permit, "an administrator handles their own tokens, and those of their department and the ones under it",
  { on = { "token.derive", "token.amend", "token.reveal", "token.revoke", "token.attest", "token.approve", "token.list" } },
  function(request)
    local actor, token = request.actor, request.token
    return not actor.is_operator and token.user ~= actor.user and not token.department:is_within(actor.department)
  end)

never(permit, "nobody makes a token that can do more than they can",
  { on = { "token.issue", "token.derive", "token.amend" } },
  function(request)
    local actor = request.actor
    return not actor.is_operator and not actor:can("tokens.issue_for_others") and not actor:covers(request.proposed)
  end)

never(permit, "a token string is shown only to those who can do all that the token can", { on = "token.reveal" },
  function(request)
    return not request.actor.is_operator and not request.actor:covers(request.token)
  end)

never(permit, "the string of a mobile token is never shown", { on = "token.reveal" }, function(request)
  return request.token.kind == "mobile"
end)

never(permit, "the string of an expired token is never shown", { on = "token.reveal" }, function(request)
  return request.token.expires <= request.time
end)

-- `settings.json` makes the cap hard for this tenant.
never(permit, "no API token of acme is made for more than 6 months", { on = "token.issue" }, function(request)
  local token = request.proposed
  return request.tenant == "acme" and token.kind == "api"
    and token.last_day > token.created.date:plus { months = 6 }
end)

never(permit, "no derived token lasts for more than a day", { on = "token.derive" }, function(request)
  return request.proposed.expires > request.proposed.created:plus { hours = 24 }
end)

never(permit, "a token derives from itself alone, unless it makes tokens", { on = "token.derive" }, function(request)
  local actor = request.actor
  return actor:has("token") and not actor:can("tokens.issue") and actor.token.id ~= request.token.id
end)

never(permit, "nobody attests or approves a token of their own", { on = { "token.attest", "token.approve" } }, function(request)
  return not request.actor.is_operator and request.token.user == request.actor.user
end)

always(permit, "the operator sees and revokes every token", { on = { "token.list", "token.revoke" } }, function(request)
  return request.actor.is_operator
end)
