#include "csimdjson.h"

#include <new>
#include <simdjson.h>

// The document model, not the on-demand one: it checks every byte of a line against the grammar, also in unused parts.

struct csimdjson_parser {
    simdjson::dom::parser parser;
};

csimdjson_parser *csimdjson_open(void) { return new (std::nothrow) csimdjson_parser; }

void csimdjson_close(csimdjson_parser *parser) { delete parser; }

size_t csimdjson_padding(void) { return simdjson::SIMDJSON_PADDING; }

bool csimdjson_parse(csimdjson_parser *parser, const uint8_t *line, size_t length, csimdjson_tape *tape) {
    if (parser->parser.parse(line, length, false).error() != simdjson::SUCCESS) return false;
    tape->words = parser->parser.doc.tape.get();
    tape->strings = parser->parser.doc.string_buf.get();
    return true;
}
