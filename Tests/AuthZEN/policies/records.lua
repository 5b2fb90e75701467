-- Everybody reads records. Alice writes those that are not archived; an admin writes archived ones, too.
local policy = { on = "access", subject = "user", grants = { "read", "write" } }

function policy.decide(request)
  if request.action == "read" then permit("everybody reads") end
  if request.action ~= "write" then return end
  local resource, subject = request.resource, request.subject
  if resource:has("status") and resource.status == "archived" then
    if subject:has("role") and subject.role == "admin" then permit("an admin writes archived records") end
  elseif subject.id == "alice" then
    permit("alice writes records")
  end
end

return policy
