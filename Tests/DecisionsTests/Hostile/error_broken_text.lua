-- Attempt: a message of broken bytes
return { on = "access", grants = { "*" }, decide = function(request)
error("\xff\xfe\xc3\x28\xed\xa0\x80", 0)
end }
