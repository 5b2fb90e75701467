local image = { registry = "registry.example", repository = "agent", tag = "7" }
local limits = { cpu = "500m", memory = "256Mi" }

local function pod(namespace, containers)
  return {
    type = "pod",
    metadata = { namespace = namespace, labels = { team = "platform", env = "prod" } },
    spec = { containers = containers },
  }
end

test("every container has limits of cpu and memory", {
  cases = {
    both = { resource = pod("shop", { { name = "a", image = image, limits = limits } }), expect = { permit = true } },
    ["cpu only"] = {
      resource = pod("shop", { { name = "a", image = image, limits = limits }, { name = "b", image = image, limits = { cpu = "1" } } }),
      expect = { deny = "containers", code = "limits_missing" },
    },
    ["memory only"] = {
      resource = pod("shop", { { name = "a", image = image, limits = { memory = "1Gi" } } }),
      expect = { deny = "containers", code = "limits_missing" },
    },
    none = { resource = pod("shop", { { name = "a", image = image } }), expect = { deny = "containers", code = "limits_missing" } },
  },
  subject = { type = "account", id = "anna" },
  action = "create",
})

test("privileged containers are for platform, in kube-system", {
  cases = {
    platform = { expect = { permit = true } },
    ["another namespace"] = {
      resource = { metadata = { namespace = "shop" } },
      expect = { deny = "containers", code = "privileged" },
    },
    ["another account"] = {
      subject = { properties = { groups = { "shop" } } },
      expect = { deny = "containers", code = "privileged" },
    },
    ["not privileged"] = {
      subject = { properties = { groups = { "shop" } } },
      resource = { spec = { containers = { { name = "agent", image = image, privileged = false, limits = limits } } } },
      expect = { permit = true },
    },
  },
  subject = { type = "account", id = "olu", properties = { groups = { "platform" } } },
  action = "update",
  resource = pod("kube-system", { { name = "agent", image = image, privileged = true, limits = limits } }),
})
