-- Attempt: floats that differ from integers by less than their print shows
return { on = "access", grants = { "*" }, decide = function(request)
local t = { [2^53] = "a", [2^53 + 1] = "b", [9007199254740993] = "c" } local s = "" for k, v in pairs(t) do s = s .. v end error(s)
end }
