-- Attempt: lengths of broken texts
return { on = "access", grants = { "*" }, decide = function(request)
local n = utf8.len("\xff\xfe") if n then permit() end for p in ("x"):rep(1000):gmatch(utf8.charpattern) do end error("done")
end }
