#include "csimdjson.h"

#include <cstring>
#include <new>
#include <simdjson.h>
#include <string_view>

// The document model, not the on-demand one: it checks every byte of a line against the grammar, also in unused parts.

using simdjson::dom::element;
using simdjson::dom::object;

struct csimdjson_reader {
    simdjson::dom::parser parser;
};

namespace {

csimdjson_text text(std::string_view view) {
    return {reinterpret_cast<const uint8_t *>(view.data()), view.size()};
}

bool same(const csimdjson_text &one, const csimdjson_text &other) {
    return one.length == other.length && std::memcmp(one.bytes, other.bytes, one.length) == 0;
}

/// True when a name equals a literal; the length is a constant, so that no function is called.
template <size_t N> bool is(std::string_view name, const char (&literal)[N]) {
    return name.size() == N - 1 && __builtin_memcmp(name.data(), literal, N - 1) == 0;
}

/// Takes a string member; false when it is not a string or was taken before.
bool take(element value, csimdjson_text *target) {
    std::string_view view;
    if (target->bytes != nullptr || value.get(view) != simdjson::SUCCESS) return false;
    *target = text(view);
    return true;
}

/// Takes a value that contains no others; false for one that does, and for a number that is too large.
inline __attribute__((always_inline)) bool take_plain(element value, csimdjson_member *member) {
    switch (value.type()) {
    case simdjson::dom::element_type::STRING:
        member->kind = CSIMDJSON_STRING;
        member->text = text(value.get_string().value_unsafe());
        return true;
    case simdjson::dom::element_type::INT64:
        member->kind = CSIMDJSON_INTEGER;
        member->integer = value.get_int64().value_unsafe();
        return true;
    case simdjson::dom::element_type::DOUBLE:
        member->kind = CSIMDJSON_NUMBER;
        member->number = value.get_double().value_unsafe();
        return true;
    case simdjson::dom::element_type::BOOL:
        member->kind = value.get_bool().value_unsafe() ? CSIMDJSON_TRUE : CSIMDJSON_FALSE;
        return true;
    case simdjson::dom::element_type::NULL_VALUE: member->kind = CSIMDJSON_NULL; return true;
    default: return false;
    }
}

bool take_inside(element value, csimdjson_member *member, csimdjson_members *members, int depth);

/// Adds a member with all that it contains.
inline __attribute__((always_inline)) bool add(csimdjson_text name, element value, csimdjson_members *members,
                                               int depth) {
    if (members->count == CSIMDJSON_MOST_MEMBERS) return false;
    csimdjson_member *member = &members->items[members->count++];
    member->name = name;
    if (!take_plain(value, member) && !take_inside(value, member, members, depth + 1)) return false;
    member->end = static_cast<uint32_t>(members->count);
    return true;
}

/// Adds the members of an object, each name once.
bool add_all(object properties, csimdjson_members *members, int depth) {
    size_t first = members->count;
    for (auto [name, content] : properties) {
        csimdjson_text own = text(name);
        for (size_t i = first; i < members->count; i = members->items[i].end) {
            if (same(members->items[i].name, own)) return false;
        }
        if (!add(own, content, members, depth)) return false;
    }
    return true;
}

/// Takes an array or an object with all that it contains.
bool take_inside(element value, csimdjson_member *member, csimdjson_members *members, int depth) {
    if (depth > CSIMDJSON_DEEPEST) return false;
    object properties;
    if (value.get(properties) == simdjson::SUCCESS) {
        member->kind = CSIMDJSON_OBJECT;
        return add_all(properties, members, depth);
    }
    simdjson::dom::array items;
    if (value.get(items) != simdjson::SUCCESS) return false;
    member->kind = CSIMDJSON_ARRAY;
    for (element item : items) {
        if (!add({nullptr, 0}, item, members, depth)) return false;
    }
    return true;
}

/// Takes an object of properties; null is the same as leaving it out.
bool take(element value, csimdjson_members *members, bool *taken) {
    object properties;
    if (*taken) return false;
    *taken = true;
    if (value.is_null()) return true;
    return value.get(properties) == simdjson::SUCCESS && add_all(properties, members, 0);
}

bool read_subject(element value, csimdjson_request *request) {
    object subject;
    if (request->subject_id.bytes != nullptr || value.get(subject) != simdjson::SUCCESS) return false;
    for (auto [name, content] : subject) {
        if (is(name, "type")) {
            if (!take(content, &request->subject_type)) return false;
        } else if (is(name, "id")) {
            if (!take(content, &request->subject_id)) return false;
        } else {
            return false;
        }
    }
    return request->subject_type.bytes != nullptr && request->subject_id.bytes != nullptr;
}

bool read_action(element value, csimdjson_request *request) {
    object action;
    bool has_properties = false;
    if (request->action.bytes != nullptr || value.get(action) != simdjson::SUCCESS) return false;
    for (auto [name, content] : action) {
        if (is(name, "name")) {
            if (!take(content, &request->action)) return false;
        } else if (!is(name, "properties") || !take(content, &request->action_properties, &has_properties)) {
            return false;
        }
    }
    return request->action.bytes != nullptr;
}

bool read_resource(element value, csimdjson_request *request) {
    object resource;
    bool has_properties = false;
    if (request->resource_id.bytes != nullptr || value.get(resource) != simdjson::SUCCESS) return false;
    for (auto [name, content] : resource) {
        if (is(name, "type")) {
            if (!take(content, &request->resource_type)) return false;
        } else if (is(name, "id")) {
            if (!take(content, &request->resource_id)) return false;
        } else if (!is(name, "properties") || !take(content, &request->properties, &has_properties)) {
            return false;
        }
    }
    return request->resource_type.bytes != nullptr && request->resource_id.bytes != nullptr;
}

bool read(element document, csimdjson_request *request) {
    object parts;
    bool has_context = false, has_tenant = false;
    if (document.get(parts) != simdjson::SUCCESS) return false;
    for (auto [name, value] : parts) {
        bool is_good;
        if (is(name, "subject")) {
            is_good = read_subject(value, request);
        } else if (is(name, "action")) {
            is_good = read_action(value, request);
        } else if (is(name, "resource")) {
            is_good = read_resource(value, request);
        } else if (is(name, "context")) {
            is_good = take(value, &request->context, &has_context);
        } else if (is(name, "tenant") && !has_tenant) {
            has_tenant = true;
            is_good = value.is_null();
        } else if (is(name, "expected") && !request->has_expected) {
            request->has_expected = true;
            is_good = value.get(request->expected) == simdjson::SUCCESS;
        } else {
            is_good = false;
        }
        if (!is_good) return false;
    }
    return request->subject_id.bytes != nullptr && request->action.bytes != nullptr &&
           request->resource_id.bytes != nullptr;
}

/// True for the text in place of what is masked.
bool is_mask(const csimdjson_text &text) {
    constexpr char mask[] = "(masked)";
    return text.length == sizeof mask - 1 && std::memcmp(text.bytes, mask, sizeof mask - 1) == 0;
}

bool has_mask(const csimdjson_members &members) {
    for (size_t i = 0; i < members.count; i++) {
        if (members.items[i].kind == CSIMDJSON_STRING && is_mask(members.items[i].text)) return true;
    }
    return false;
}

/// The request in a line of a decision log.
bool read_logged(element value, csimdjson_request *request, csimdjson_record *record) {
    object parts;
    bool has_point = false, has_context = false, has_properties = false;
    if (value.get(parts) != simdjson::SUCCESS) return false;
    for (auto [name, content] : parts) {
        bool is_good;
        if (is(name, "point")) {
            std::string_view point;
            is_good = !has_point && content.get(point) == simdjson::SUCCESS && is(point, "access");
            has_point = true;
        } else if (is(name, "action")) {
            is_good = take(content, &request->action);
        } else if (is(name, "action_properties")) {
            is_good = take(content, &request->action_properties, &has_properties);
        } else if (is(name, "subject")) {
            is_good = read_subject(content, request);
        } else if (is(name, "resource")) {
            is_good = read_resource(content, request);
        } else if (is(name, "context")) {
            is_good = take(content, &request->context, &has_context);
        } else if (is(name, "tenant")) {
            is_good = take(content, &record->tenant);
        } else {
            is_good = false;
        }
        if (!is_good) return false;
    }
    return has_point && request->subject_id.bytes != nullptr && request->action.bytes != nullptr &&
           request->resource_id.bytes != nullptr && !has_mask(request->action_properties) &&
           !has_mask(request->properties) && !has_mask(request->context);
}

/// The statements of policies: those that permit, and those that deny.
bool read_said(element value, csimdjson_record *record) {
    simdjson::dom::array items;
    if (value.get(items) != simdjson::SUCCESS) return false;
    for (element item : items) {
        object statement;
        if (item.get(statement) != simdjson::SUCCESS) return false;
        csimdjson_text effect = {nullptr, 0}, code = {nullptr, 0}, words = {nullptr, 0}, policy = {nullptr, 0};
        int64_t line = -1;
        for (auto [name, content] : statement) {
            if (is(name, "effect")) {
                if (!take(content, &effect)) return false;
            } else if (is(name, "code")) {
                if (!take(content, &code)) return false;
            } else if (is(name, "text")) {
                if (!take(content, &words)) return false;
            } else if (is(name, "policy")) {
                if (!take(content, &policy)) return false;
            } else if (is(name, "line")) {
                if (content.get(line) != simdjson::SUCCESS) return false;
            }
        }
        // Without its policy and its line, a statement is none.
        if (policy.bytes == nullptr || line < 0) return false;
        if (effect.bytes == nullptr || words.bytes == nullptr || is_mask(words)) return false;
        std::string_view kind(reinterpret_cast<const char *>(effect.bytes), effect.length);
        if (is(kind, "deny")) {
            if (record->policy_code.bytes == nullptr) record->policy_code = code;
        } else if (!is(kind, "permit")) {
            return false;
        }
    }
    return true;
}

/// The numbers of facts that policies read: a line with any others is not whole.
bool are_counts(element value) {
    simdjson::dom::array items;
    if (value.get(items) != simdjson::SUCCESS) return false;
    for (element item : items) {
        uint64_t count;
        if (item["facts"].get(count) != simdjson::SUCCESS || count > INT64_MAX) return false;
    }
    return true;
}

bool read_record(element document, csimdjson_request *request, csimdjson_record *record) {
    object parts;
    bool has_request = false, has_said = false, has_decision = false;
    unsigned ignored = 0;
    if (document.get(parts) != simdjson::SUCCESS) return false;
    for (auto [name, value] : parts) {
        bool is_good;
        /// A member that nothing reads, at most once.
        auto ignore = [&](unsigned number) {
            bool is_new = (ignored & (1u << number)) == 0;
            ignored |= 1u << number;
            return is_new;
        };
        if (is(name, "time")) {
            is_good = take(value, &record->time);
        } else if (is(name, "request")) {
            is_good = !has_request && read_logged(value, request, record);
            has_request = true;
        } else if (is(name, "decision")) {
            is_good = !has_decision && value.get(record->is_permitted) == simdjson::SUCCESS;
            has_decision = true;
        } else if (is(name, "code")) {
            is_good = take(value, &record->code);
        } else if (is(name, "said")) {
            is_good = !has_said && read_said(value, record);
            has_said = true;
        } else if (is(name, "version")) {
            is_good = take(value, &record->version);
        } else if (is(name, "number")) {
            is_good = !record->has_number && value.get(record->number) == simdjson::SUCCESS;
            record->has_number = true;
        } else if (is(name, "policies")) {
            is_good = ignore(0);
        } else if (is(name, "facts")) {
            is_good = ignore(1);
        } else if (is(name, "reads")) {
            is_good = ignore(2) && are_counts(value);
        } else if (is(name, "nanoseconds")) {
            is_good = ignore(3);
        } else if (is(name, "previous")) {
            is_good = ignore(4);
        } else if (is(name, "hash")) {
            is_good = ignore(5);
        } else if (is(name, "seal")) {
            is_good = ignore(6);
        } else {
            is_good = false;
        }
        if (!is_good) return false;
    }
    // Without the facts that policies read, the line is not whole.
    return has_request && has_said && has_decision && record->time.bytes != nullptr && record->code.bytes != nullptr &&
           record->version.bytes != nullptr && (ignored & 6u) == 6u;
}

void clear(csimdjson_request *request) {
    csimdjson_text none = {nullptr, 0};
    request->subject_type = request->subject_id = request->action = none;
    request->resource_type = request->resource_id = none;
    request->action_properties.count = request->properties.count = request->context.count = 0;
    request->has_expected = false;
}

} // namespace

csimdjson_reader *csimdjson_open(void) { return new (std::nothrow) csimdjson_reader; }

void csimdjson_close(csimdjson_reader *reader) { delete reader; }

size_t csimdjson_padding(void) { return simdjson::SIMDJSON_PADDING; }

bool csimdjson_read(csimdjson_reader *reader, const uint8_t *line, size_t length, csimdjson_request *request) {
    clear(request);
    element document;
    if (reader->parser.parse(line, length, false).get(document) != simdjson::SUCCESS) return false;
    return read(document, request);
}

bool csimdjson_read_record(csimdjson_reader *reader, const uint8_t *line, size_t length, csimdjson_request *request,
                           csimdjson_record *record) {
    clear(request);
    *record = {};
    element document;
    if (reader->parser.parse(line, length, false).get(document) != simdjson::SUCCESS) return false;
    return read_record(document, request, record);
}

bool csimdjson_parse(csimdjson_reader *reader, const uint8_t *line, size_t length) {
    element document;
    return reader->parser.parse(line, length, false).get(document) == simdjson::SUCCESS;
}
