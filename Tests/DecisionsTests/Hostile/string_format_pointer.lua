-- Attempt: an address by format
return { on = "access", grants = { "*" }, decide = function(request)
permit(("%p"):format({}))
end }
