-- Keeps what was refused, in words that people and log collectors read.
return {
  name = "audit",
  version = "1.0.0",
  about = "Keeps what was refused",
  needs = { "log" },
  provides = {
    sinks = {
      -- Every deny, with its code and the policies that said so.
      denials = {
        to = "file",
        rotate = { mebibytes = 10, files = 5 },
        keep = function(entry) return not entry.decision end,
        line = function(entry)
          local policies = {}
          for _, policy in ipairs(entry.policies) do table.insert(policies, policy) end
          local by = #policies > 0 and table.concat(policies, ",") or "nobody"
          return entry.time .. " " .. entry.code .. " " .. entry.request.action .. " by " .. by
        end,
      },
      -- The same in the system's log.
      denials_to_syslog = {
        to = "syslog",
        keep = function(entry) return not entry.decision end,
        line = function(entry) return entry.code .. " " .. entry.request.action end,
      },
    },
  },
}
