-- Attempt: a repetition whose length wraps
return { on = "access", grants = { "*" }, decide = function(request)
("xx"):rep((1 << 62) + 1) permit()
end }
