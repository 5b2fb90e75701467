-- A user does with a document what the relations between them allow: readers are named, are in a group, or may read the
-- folder of the document.
local relations = use "relations"
local policy = { on = "access", subject = "user", grants = { "*" } }
local needed = { read = "can_read", write = "can_write", share = "can_share", change_owner = "can_change_owner" }

function policy.decide(request)
  local document, user = request.resource, request.subject
  if not document:has("id") then return end
  if relations.check("doc", document.id, needed[request.action], "user", user.id) then
    permit("{subject.id} may {action} {resource.id}")
  end
end

return policy
