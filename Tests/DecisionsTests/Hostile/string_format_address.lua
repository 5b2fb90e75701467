-- Attempt: an address by %s and tostring
return { on = "access", grants = { "*" }, decide = function(request)
error(("%s %s %q"):format({}, permit, 1) .. tostring({}) .. tostring(permit) .. tostring(string))
end }
