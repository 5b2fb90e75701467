-- Whether an address is one of a network. The host does the work, so a tree asks without Lua.
local network = use "network"

return {
  name = "cidr",
  version = "1.0.0",
  about = "Whether an address is one of a network",
  needs = { "network" },
  provides = {
    functions = {
      -- Whether an address is one of a network: `cidr.contains("10.0.0.0/8", request.context.ip)`.
      contains = { host = "network.contains" },
      -- Whether an address is one of some networks; the list may be a setting, so that each tenant has its own.
      contains_any = { host = "network.contains_any" },
      -- Whether an address is of a network that is routed nowhere: private, loopback or link-local.
      is_private = { host = "network.is_private" },
    },
    attributes = {
      context = {
        -- Where the request comes from: "private" addresses are routed nowhere, "unknown" is a request without one.
        origin = {
          returns = one_of { "private", "public", "unknown" },
          run = function(context)
            if not context:has("ip") then return "unknown" end
            return network.is_private(context.ip) and "private" or "public"
          end,
        },
      },
    },
    checks = {
      -- A network of which no bit counts has every address in it.
      whole_internet = {
        good = [[
          local cidr = use "cidr"
          local policy = { on = "access" }
          function policy.decide(request)
            if request.context:has("ip") and cidr.contains("10.0.0.0/8", request.context.ip) then return end
            deny("not from the office")
          end
          return policy
        ]],
        bad = [[
          local cidr = use "cidr"
          local policy = { on = "access" }
          function policy.decide(request)
            if request.context:has("ip") and cidr.contains("0.0.0.0/0", request.context.ip) then return end
            deny("not from the office")
          end
          return policy
        ]],
        run = function(policy)
          local findings = {}
          for _, text in ipairs(policy.texts) do
            if text.text == "0.0.0.0/0" or text.text == "::/0" then
              table.insert(findings, { message = "`" .. text.text .. "` has every address in it", line = text.line })
            end
          end
          return findings
        end,
      },
    },
    commands = {
      -- Whether an address is one of a network: `cidr 10.0.0.0/8 10.1.2.3`.
      cidr = {
        takes = { { network = "string" }, { address = "ip" } },
        run = function(net, address)
          local word = network.contains(net, address) and " lies in " or " does not lie in "
          return address .. word .. net
        end,
      },
    },
  },
}
