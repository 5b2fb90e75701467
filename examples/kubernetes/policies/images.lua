-- Containers run images of the registries that `settings.json` names, by a digest or by a tag that is not `latest`.
local workload = use "lib.workload"
local policy = { on = "access", subject = "account" }
local config = settings { registries = required(list "string") }

local function is_pinned(image)
  return image:has("digest") or image:has("tag") and image.tag ~= "latest"
end

function policy.decide(request)
  for _, container in ipairs(workload.containers(request.resource)) do
    local image = container.image
    if not config.registries:contains(image.registry) then
      return deny("images come from {settings.registries}", { code = "foreign_registry" })
    end
    if not is_pinned(image) then return deny("an image has a digest, or a tag other than latest", { code = "not_pinned" }) end
  end
end

return policy
