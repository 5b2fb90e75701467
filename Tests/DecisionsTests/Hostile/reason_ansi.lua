-- Attempt: a reason that clears the screen
return { on = "access", grants = { "*" }, decide = function(request)
deny("\27[2J\n\npermit  (permitted)\r\u{9b}0m\u{2028}\0")
end }
