#include "cre2.h"

#include <new>
#include <re2/re2.h>
#include <stdio.h>

struct cre2_pattern {
    RE2 pattern;
};

cre2_pattern *cre2_compile(const char *text, size_t length, int64_t memory, char *message, size_t room) {
    try {
        RE2::Options options;
        options.set_max_mem(memory);
        options.set_log_errors(false);
        auto *made = new cre2_pattern{RE2(re2::StringPiece(text, length), options)};
        if (made->pattern.ok()) return made;
        snprintf(message, room, "%s", made->pattern.error().c_str());
        delete made;
    } catch (const std::bad_alloc &) {
        snprintf(message, room, "out of memory");
    }
    return nullptr;
}

bool cre2_is_found(const cre2_pattern *pattern, const char *text, size_t length) {
    return RE2::PartialMatch(re2::StringPiece(text, length), pattern->pattern);
}

void cre2_free(cre2_pattern *pattern) { delete pattern; }
