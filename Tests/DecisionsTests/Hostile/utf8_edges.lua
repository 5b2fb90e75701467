-- Attempt: code points beyond Unicode
return { on = "access", grants = { "*" }, decide = function(request)
local s = utf8.char(0x7fffffff, 0xd800) utf8.len(s, 1, -1, true) utf8.codepoint(s, 1, -1) permit()
end }
