#ifndef CEDITLINE_H
#define CEDITLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A line editor for a terminal, by libedit: for one thread, and only one at a time.
//
// It adds to libedit: bracketed paste, Enter that begins another line while the input is incomplete, waiting for a
// signal or another descriptor while editing, and a ^C that ends only the line.

typedef struct ceditline ceditline;

typedef enum ceditline_ending : uint32_t {
    CEDITLINE_TEXT = 0,
    CEDITLINE_END,        ///< ^D on an empty line, or the terminal is gone
    CEDITLINE_INTERRUPTED ///< ^C
} ceditline_ending;

/// The change made by a completion: this many characters before the cursor are replaced by this text.
typedef struct ceditline_edit {
    size_t erased;
    char text[1024];
    bool redraws; ///< true when something was written to the screen meanwhile
} ceditline_edit;

/// The editor's callbacks; each returns at once.
typedef struct ceditline_host {
    const void *context;
    /// True when the input is complete; otherwise Enter begins another line.
    bool (*whole)(const void *context, const char *text);
    /// Tab, with the text before the cursor. `again`: Tab was pressed just before, too.
    void (*complete)(const void *context, const char *before, bool again, ceditline_edit *edit);
    /// The watched descriptor can be read. Returns true when something was written over the line, which is then drawn
    /// anew below it.
    bool (*noticed)(const void *context);
} ceditline_host;

typedef struct ceditline_reading {
    ceditline_ending ending;
    const char *text; ///< without the last line's end; valid until the next line is read
    size_t length;
} ceditline_reading;

/// An editor on the standard input and output, or null when they are not a terminal that supports editing.
/// From now on SIGINT only sets the flag of `ceditline_interrupt`.
ceditline *ceditline_open(ceditline_host host);
void ceditline_close(ceditline *editor);
/// - Parameter prompt: text between two bytes 1 takes no columns.
ceditline_reading ceditline_read(ceditline *editor, const char *prompt);
/// Adds a text to the history.
void ceditline_remember(ceditline *editor, const char *text);
/// Also waits for this descriptor from now on; -1 for none.
void ceditline_watch(ceditline *editor, int descriptor);
/// Puts a text into a completion; a text that is too long completes nothing.
void ceditline_insert(ceditline_edit *edit, const char *text, size_t length);

/// The interrupt flag: not 0 when ^C was pressed since it was last cleared. Read it with an atomic load.
const volatile int32_t *ceditline_interrupt(void);
void ceditline_clear_interrupt(void);

/// Reads the answer to a question from the terminal, without editing. A ^C ends it, also one that was pressed since the
/// last line was read. `secret`: null for an answer that is shown, or the question about a secret. Such a question
/// appears once nothing typed is shown any more, so that an early answer is hidden, too.
ceditline_ending ceditline_read_answer(const char *secret, char *buffer, size_t capacity, size_t *length);

#endif
