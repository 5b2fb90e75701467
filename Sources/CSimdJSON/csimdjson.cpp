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

} // namespace

csimdjson_reader *csimdjson_open(void) { return new (std::nothrow) csimdjson_reader; }

void csimdjson_close(csimdjson_reader *reader) { delete reader; }

size_t csimdjson_padding(void) { return simdjson::SIMDJSON_PADDING; }

bool csimdjson_read(csimdjson_reader *reader, const uint8_t *line, size_t length, csimdjson_request *request) {
    csimdjson_text none = {nullptr, 0};
    request->subject_type = request->subject_id = request->action = none;
    request->resource_type = request->resource_id = none;
    request->action_properties.count = request->properties.count = request->context.count = 0;
    request->has_expected = false;
    element document;
    if (reader->parser.parse(line, length, false).get(document) != simdjson::SUCCESS) return false;
    return read(document, request);
}

bool csimdjson_parse(csimdjson_reader *reader, const uint8_t *line, size_t length) {
    element document;
    return reader->parser.parse(line, length, false).get(document) == simdjson::SUCCESS;
}
