-- Attempt: a permit without any grants
return { on = "access", about = "nothing", decide = function(request)
permit()
end }
