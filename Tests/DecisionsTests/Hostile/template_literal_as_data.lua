-- Attempt: a text of the request equal to a template of the source
return { on = "access", grants = { "*" }, decide = function(request)
if request.context.note == "never" then deny("{token.user}") end deny(request.context.template .. "")
end }
