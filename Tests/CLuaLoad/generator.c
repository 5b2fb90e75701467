#include "cluaload.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// Turns bytes into a program that calls one library function with arguments made from the remaining bytes.

typedef struct maker {
    const uint8_t *data;
    size_t size;
    char *out;
    size_t capacity, length;
} maker;

static unsigned pick(maker *m, unsigned count) {
    if (m->size == 0) return 0;
    m->size -= 1;
    return *m->data++ % count;
}

static void text(maker *m, const char *words) {
    size_t length = strlen(words);
    if (m->length + length >= m->capacity) return;
    memcpy(m->out + m->length, words, length);
    m->length += length;
}

#define PICK(m, list) list[pick(m, sizeof list / sizeof *list)]

static void quoted(maker *m, const uint8_t *bytes, size_t length) {
    text(m, "\"");
    for (size_t i = 0; i < length; i++) {
        char escape[8];
        snprintf(escape, sizeof escape, "\\%03u", bytes[i]);
        text(m, escape);
    }
    text(m, "\"");
}

static uint8_t letter(maker *m) {
    static const uint8_t letters[] = {'a', 'b', 'a', 'x', '1', ' ', '.', '-', '(', ')', 0, 0xff, 0xc3, 'A', '_', '\n'};
    return PICK(m, letters);
}

static void subject(maker *m) {
    uint8_t bytes[24];
    size_t length = pick(m, sizeof bytes);
    for (size_t i = 0; i < length; i++) bytes[i] = letter(m);
    quoted(m, bytes, length);
}

static size_t single(maker *m, uint8_t *out) {
    static const char classes[] = "acdglpsuwxACDGLPSUWX.%-z";
    size_t length = 0;
    switch (pick(m, 6)) {
    case 0: out[length++] = '.'; break;
    case 1:
        out[length++] = '%';
        out[length++] = (uint8_t)classes[pick(m, sizeof classes - 1)];
        break;
    case 2: {
        out[length++] = '[';
        if (pick(m, 3) == 0) out[length++] = '^';
        unsigned count = pick(m, 4);
        for (unsigned i = 0; i < count; i++) {
            switch (pick(m, 4)) {
            case 0:
                out[length++] = '%';
                out[length++] = (uint8_t)classes[pick(m, sizeof classes - 1)];
                break;
            case 1:
                out[length++] = letter(m);
                out[length++] = '-';
                out[length++] = letter(m);
                break;
            case 2: out[length++] = "]^-%"[pick(m, 4)]; break;
            default: out[length++] = letter(m); break;
            }
        }
        if (pick(m, 16) != 15) out[length++] = ']';
        break;
    }
    default: out[length++] = letter(m); break;
    }
    return length;
}

static void pattern(maker *m) {
    static const char *const parts[] = {"(", ")", "()", "%1", "%2", "%b()", "%bax", "%f[%w]", "%f[^a]", "%f", "%b", "%0", "%", "["};
    uint8_t bytes[256];
    size_t length = 0;
    if (pick(m, 8) == 1) bytes[length++] = '^';
    unsigned count = pick(m, 9), open = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned kind = pick(m, 8);
        if (kind == 6) {
            const char *part = parts[pick(m, 10)];
            if (pick(m, 8) == 7) part = PICK(m, parts);
            memcpy(bytes + length, part, strlen(part));
            length += strlen(part);
            continue;
        }
        if (kind == 7) {
            if (open > 0 && pick(m, 2) == 0) {
                bytes[length++] = ')';
                open -= 1;
            } else {
                bytes[length++] = '(';
                open += 1;
            }
            continue;
        }
        length += single(m, bytes + length);
        unsigned suffix = pick(m, 8);
        if (suffix < 4) bytes[length++] = (uint8_t)"*+-?"[suffix];
    }
    while (open > 0 && pick(m, 16) != 15) {
        bytes[length++] = ')';
        open -= 1;
    }
    if (pick(m, 8) == 1) bytes[length++] = '$';
    quoted(m, bytes, length);
}

static void replacement(maker *m) {
    static const char *const texts[] = {
        "\"<%0>\"", "\"%1%%\"", "\"%2\"", "\"%9\"", "\"%\"", "\"%a\"", "\"\"", "\"\\0x%0\\255\"", "7", "1.5",
        "{ a = \"b\", x = false, [\"\"] = \"e\", [\"1\"] = 2 }", "{ a = {} }",
        "function(...) return select(\"#\", ...) end", "function(a) return a end", "function(a, b) return b end",
        "function() return nil end", "function() return {} end", "function(a) return a == \"a\" and \"zz\" end",
    };
    if (pick(m, 4) == 3) return subject(m);
    text(m, PICK(m, texts));
}

static void integer(maker *m) {
    static const char *const integers[] = {
        "1", "2", "3", "-1", "0", "5", "-2", "-5", "10", "100", "math.maxinteger", "math.mininteger", "1.0", "1.5", "\"2\"", "nil",
        "-100", "math.huge", "-(0/0)", "\"x\"", "true", "255", "256", "127", "0x10FFFF", "0xD800", "0x110000", "-math.huge", "2^53",
        "1e15", "1e16", "1e100", "-0.0", "0.1", "1e-300", "3.14159265358979",
    };
    text(m, integers[pick(m, pick(m, 4) == 3 ? sizeof integers / sizeof *integers : 10)]);
}

static void small(maker *m) {
    static const char *const counts[] = {"0", "1", "2", "-1", "7", "3.0", "\"2\"", "1.5", "nil", "math.mininteger"};
    text(m, PICK(m, counts));
}

static void value(maker *m) {
    static const char *const values[] = {
        "nil", "true", "false", "\" 10 \"", "\"0x1p4\"", "\"1e1\"", "\"0x\"", "\"1 2\"", "\"-0x10\"", "\"z\"", "\"7fffffffffffffff\"",
        "\"-ff\"", "\" -7\\n\"", "\"1_0\"", "\"\"", "\"  \"", "\"inf\"", "\"nan\"", "\"9223372036854775808\"", "\"1\\0\"",
    };
    switch (pick(m, 4)) {
    case 0: return integer(m);
    case 1: return subject(m);
    default: return text(m, PICK(m, values));
    }
}

static void array(maker *m, bool same) {
    text(m, "{ ");
    unsigned count = pick(m, 40), kind = pick(m, 3);
    for (unsigned i = 0; i < count; i++) {
        char number[16];
        snprintf(number, sizeof number, "%d", (int)pick(m, 100) - 50);
        if (same && kind == 1) subject(m);
        else if (same || pick(m, 4) != 0) text(m, number);
        else value(m);
        text(m, ", ");
    }
    text(m, "}");
}

static void format(maker *m) {
    static const char *const conversions[] = {
        "%d", "%i", "%5d", "%-5d|", "%05d", "%+d", "%x", "%#X", "%o", "%u", "%c", "%s", "%10s", "%-10s|", "%.2s", "%q", "%f", "%.3f",
        "%e", "%G", "%g", "%a", "%%", "%", "%y", "%100d", "%.100f", "%1234d", "% d", "%5.1f", "%.0f", "%.20s", "%#x", "%-#5x", "\\0",
        "\\255", "text", "%.14g", "%i", "%q", "%5q",
    };
    text(m, "string.format(\"");
    unsigned count = pick(m, 5);
    for (unsigned i = 0; i < count; i++) text(m, PICK(m, conversions));
    text(m, "\"");
    count = pick(m, 5);
    for (unsigned i = 0; i < count; i++) {
        text(m, ", ");
        value(m);
    }
    text(m, ")");
}

/// Writes `name(a, b, …)` with one argument for each letter of the shape: s subject, p pattern, r replacement, i
/// number, k small number, v value, a array of anything, n array of one type; ? may end the arguments here.
static void call(maker *m, const char *name, const char *shape) {
    text(m, name);
    text(m, "(");
    for (const char *at = shape; *at != '\0'; at++) {
        if (*at == '?') {
            if (pick(m, 2) == 0) break;
            continue;
        }
        if (at > shape && (at - shape > 1 || *shape != '?')) text(m, ", ");
        switch (*at) {
        case 's': subject(m); break;
        case 'p': pattern(m); break;
        case 'r': replacement(m); break;
        case 'i': integer(m); break;
        case 'k': small(m); break;
        case 'v': value(m); break;
        case 'a': array(m, false); break;
        case 'n': array(m, true); break;
        default: break;
        }
    }
    text(m, ")");
}

static void pattern_call(maker *m) {
    switch (pick(m, 6)) {
    case 0: return call(m, "string.find", "sp?i");
    case 1: return call(m, "string.find", "spiv");
    case 2: return call(m, "string.match", "sp?i");
    case 3:
        text(m, "all(");
        call(m, "string.gmatch", "sp?i");
        return text(m, ")");
    default: return call(m, "string.gsub", "spr?i");
    }
}

static void library_call(maker *m) {
    static const struct { const char *name, *shape; } calls[] = {
        {"string.rep", "sk?s"}, {"string.sub", "si?i"}, {"string.byte", "si?i"}, {"string.byte", "s"}, {"string.char", "i?i?i"},
        {"string.reverse", "s"}, {"string.lower", "s"}, {"string.upper", "s"}, {"string.len", "v"}, {"string.sub", "vi"},
        {"table.concat", "a?s?i?i"}, {"table.concat", "n?s"}, {"table.unpack", "a?i?i"}, {"utf8.char", "i?i?i"},
        {"utf8.len", "s?i?i?v"}, {"utf8.codepoint", "s?i?i?v"}, {"math.abs", "i"}, {"math.ceil", "i"}, {"math.floor", "i"},
        {"math.max", "i?i?i"}, {"math.min", "i?i?i"}, {"math.fmod", "ii"}, {"math.modf", "i"}, {"math.sqrt", "i"},
        {"math.tointeger", "v"}, {"math.type", "v"}, {"math.ult", "ii"}, {"tonumber", "v?i"}, {"tonumber", "v"}, {"tostring", "v"},
        {"select", "i?v?v?v"}, {"select", "vv"}, {"type", "?v"}, {"put", "av"}, {"put", "aiv"}, {"take", "a?i"}, {"sorted", "n"},
        {"table.pack", "v?v?v"}, {"string.byte", "vii"},
    };
    static const char *const orders[] = {
        "function(a, b) return a > b end", "function(a, b) return a < b end", "nil", "function(a, b) return b < a end",
    };
    unsigned kind = pick(m, sizeof calls / sizeof *calls + 3);
    if (kind < sizeof calls / sizeof *calls) return call(m, calls[kind].name, calls[kind].shape);
    if (kind == sizeof calls / sizeof *calls) {
        text(m, "sorted(");
        array(m, true);
        text(m, ", ");
        text(m, PICK(m, orders));
        return text(m, ")");
    }
    format(m);
}

// The beginning of every program: functions that write results as text. A NaN has no sign, as in the dialect.
static const char prelude[] =
    "local function out(...) local t = {} for i = 1, select(\"#\", ...) do local v = select(i, ...) "
    "t[i] = type(v) == \"table\" and \"{\" .. table.concat(v, \" \") .. \"}\" or v ~= v and \"nan\" or tostring(v) end "
    "return table.concat(t, \"|\") end "
    "local function all(f) local t = {} for a, b, c in f do t[#t + 1] = out(a, b, c) if #t > 60 then break end end return t end "
    "local function put(t, ...) table.insert(t, ...) return t end local function take(t, ...) return table.remove(t, ...), t end "
    "local function sorted(t, f) table.sort(t, f) return t end return out(";

size_t cluaload_program(const uint8_t *data, size_t size, bool patterns, char *program, size_t capacity) {
    maker m = {data, size, program, capacity - 2, 0};
    text(&m, prelude);
    if (patterns) pattern_call(&m);
    else library_call(&m);
    text(&m, ")");
    return m.length;
}
