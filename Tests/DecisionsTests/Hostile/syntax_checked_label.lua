-- Attempt: the checked comparison as a label and a field
return { on = "access", grants = { "*" }, __eq = 1, decide = function(request) ::__eq:: local t = { __eq = function() return true end } if t.__eq() and request.token.id == "x" then permit() end end }
