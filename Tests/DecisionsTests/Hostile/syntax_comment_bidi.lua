-- Attempt: text that reads otherwise than it runs
return { on = "access", grants = { "*" }, decide = function(request)
-- ‮ noitide ⁦
  local allowed = false --[[ ]] if allowed then permit() end
end }
