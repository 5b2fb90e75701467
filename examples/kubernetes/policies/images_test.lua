local pinned = { registry = "registry.example", repository = "shop/web", tag = "1.4" }
local limits = { cpu = "500m", memory = "256Mi" }

fixture "pod" {
  type = "pod",
  metadata = { namespace = "shop", labels = { team = "shop", env = "prod" } },
  spec = { containers = { { name = "web", image = pinned, limits = limits } } },
}

local function second(image)
  return { like = "pod", spec = { containers = {
    { name = "web", image = pinned, limits = limits },
    { name = "log", image = image, limits = limits },
  } } }
end

test("every image comes from a registry of the settings, and is pinned", {
  cases = {
    ["a tag"] = { resource = second { registry = "mirror.example", repository = "log", tag = "2" }, expect = { permit = true } },
    ["a digest"] = {
      resource = second { registry = "registry.example", repository = "log", digest = "sha256:9f86d081" },
      expect = { permit = true },
    },
    ["a digest beside latest"] = {
      resource = second { registry = "registry.example", repository = "log", tag = "latest", digest = "sha256:9f86d081" },
      expect = { permit = true },
    },
    latest = {
      resource = second { registry = "registry.example", repository = "log", tag = "latest" },
      expect = { deny = "images", code = "not_pinned" },
    },
    ["no tag"] = {
      resource = second { registry = "registry.example", repository = "log" },
      expect = { deny = "images", code = "not_pinned" },
    },
    ["another registry"] = {
      resource = second { registry = "docker.io", repository = "log", tag = "2" },
      expect = { deny = "images", code = "foreign_registry", reason = "registry.example" },
    },
  },
  subject = { type = "account", id = "anna", properties = { groups = { "shop" } } },
  action = "create",
})

test("a deployment's pods are reviewed like others", {
  subject = { type = "account", id = "anna" },
  action = "update",
  resource = {
    type = "deployment",
    metadata = { namespace = "shop", labels = { team = "shop", env = "prod" } },
    spec = {
      replicas = 3,
      template = { spec = { containers = {
        { name = "web", image = { registry = "docker.io", repository = "web", tag = "2" }, limits = limits },
      } } },
    },
  },
  expect = { deny = "images", code = "foreign_registry" },
})
