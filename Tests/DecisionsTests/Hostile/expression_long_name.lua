-- Attempt: a name of a megabyte that does not exist, for a slow suggestion
return { on = "access", grants = { "*" }, decide = function(request)
return request.resource[("departmnet"):rep(100000)]
end }
