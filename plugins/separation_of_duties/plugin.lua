-- No one person does both halves of a duty that is split in two; `duties.csv` says which permissions are such halves.
local duties = data "duties"

return {
  name = "separation_of_duties",
  version = "1.0.0",
  about = "Permissions that no one token holds together",
  provides = {
    functions = {
      -- Whether a token holds both halves of some duty.
      conflict = {
        takes = { { token = "token" } },
        returns = "boolean",
        run = function(token)
          for _, duty in ipairs(duties) do
            if token:can(duty.one) and token:can(duty.other) then return true end
          end
          return false
        end,
      },
    },
    attributes = {
      token = {
        -- The duty of which it holds both halves, or "none".
        conflicting_duty = {
          returns = "string",
          run = function(token)
            for _, duty in ipairs(duties) do
              if token:can(duty.one) and token:can(duty.other) then return duty.duty end
            end
            return "none"
          end,
        },
      },
    },
    data = {
      -- Duties, and the two permissions that are not to be held together.
      duties = { file = "duties.csv", key = "duty", columns = { duty = "string", one = "string", other = "string" } },
    },
    checks = {
      -- One policy that grants both halves of a duty takes the separation away, whatever tokens hold.
      grants_both = {
        severity = "warning",
        good = [[
          local policy = { on = "access", grants = { "orders.approve" } }
          function policy.decide(request)
            if request.token:can("orders.approve") then permit("may approve") end
          end
          return policy
        ]],
        bad = [[
          local policy = { on = "access", grants = { "orders.create", "orders.approve" } }
          function policy.decide(request)
            if request.token:can(request.action) then permit("may create and approve") end
          end
          return policy
        ]],
        run = function(policy)
          local granted = {}
          for _, grant in ipairs(policy.grants) do granted[grant] = true end
          for _, duty in ipairs(duties) do
            if granted[duty.one .. ""] and granted[duty.other .. ""] then
              return { { message = "it grants both `" .. duty.one .. "` and `" .. duty.other .. "`" } }
            end
          end
          return {}
        end,
      },
    },
  },
}
