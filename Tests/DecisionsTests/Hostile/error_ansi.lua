-- Attempt: a message that clears the screen and rings
return { on = "access", grants = { "*" }, decide = function(request)
error("\27[2J\27]0;owned\7\r\n\8permit  (permitted)\u{9b}31m\u{202e}timrep", 0)
end }
