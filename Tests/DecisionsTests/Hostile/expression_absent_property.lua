-- Attempt: an absent optional property that reads as nil
return { on = "access", grants = { "*" }, decide = function(request)
if not request.context.ip then permit() end
end }
