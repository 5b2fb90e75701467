-- Attempt: a format of the request that asks for more than there is
return { on = "access", grants = { "*" }, decide = function(request)
request.context.pattern:format() ("%s%s%s%d"):format(request.context.note) permit()
end }
