-- Everybody reads records. Alice writes those that are not archived, and deletes softly; an admin writes archived ones, too.
local policy = { on = "access", subject = "user", grants = { "read", "write", "delete" } }

function policy.decide(request)
  if request.action == "read" then permit("everybody reads") end
  local resource, subject = request.resource, request.subject
  if request.action == "delete" and subject.id == "alice" and request.action:has("soft") and request.action.soft then
    permit("alice deletes records softly")
  end
  if request.action ~= "write" then return end
  if resource:has("status") and resource.status == "archived" then
    if subject:has("role") and subject.role == "admin" then permit("an admin writes archived records") end
  elseif subject.id == "alice" then
    permit("alice writes records")
  end
end

return policy
