#ifndef CEDITLINE_H
#define CEDITLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One editor of lines on a terminal, by libedit: for one thread, and one at a time.
//
// Around libedit this adds what it lacks: pastes are taken as they are (bracketed paste), Enter goes on where a piece is
// not whole, a signal or another descriptor is noticed while it waits, and ^C ends the line and nothing else.

typedef struct ceditline ceditline;

typedef enum ceditline_ending : uint32_t {
    CEDITLINE_TEXT = 0,
    CEDITLINE_END,        ///< ^D on an empty line, or the terminal is gone
    CEDITLINE_INTERRUPTED ///< ^C
} ceditline_ending;

/// What a completion changes: so many characters before the cursor become this text.
typedef struct ceditline_edit {
    size_t erased;
    char text[1024];
    bool redraws; ///< whether something was written to the screen meanwhile
} ceditline_edit;

/// What the editor asks; each returns at once.
typedef struct ceditline_host {
    const void *context;
    /// Whether what was typed is whole; Enter begins another line where not.
    bool (*whole)(const void *context, const char *text);
    /// Tab, with what stands before the cursor. `again`: it is pressed once more.
    void (*complete)(const void *context, const char *before, bool again, ceditline_edit *edit);
    /// The watched descriptor can be read. Returns whether something was written in the place of the line, which is then
    /// drawn anew under it.
    bool (*noticed)(const void *context);
} ceditline_host;

typedef struct ceditline_reading {
    ceditline_ending ending;
    const char *text; ///< without the last line's end; valid until the next reading
    size_t length;
} ceditline_reading;

/// An editor on the standard input and output, or null where they are no terminal that can be edited on.
/// From now on SIGINT only sets the flag of `ceditline_interrupt`.
ceditline *ceditline_open(ceditline_host host);
void ceditline_close(ceditline *editor);
/// - Parameter prompt: what stands between two bytes 1 takes no columns.
ceditline_reading ceditline_read(ceditline *editor, const char *prompt);
/// Adds to what the arrows and the search find.
void ceditline_remember(ceditline *editor, const char *text);
/// Waits for this descriptor as well from now on; -1 for none.
void ceditline_watch(ceditline *editor, int descriptor);
/// Puts a text into a completion; too long a text completes nothing.
void ceditline_insert(ceditline_edit *edit, const char *text, size_t length);

/// Whether ^C was pressed since this was last cleared: not 0 where so. Read it with an atomic load.
const volatile int32_t *ceditline_interrupt(void);
void ceditline_clear_interrupt(void);

/// Reads a line of a terminal without showing what is typed, into a buffer. Returns its length, or -1 at the end.
int ceditline_read_hidden(char *buffer, size_t capacity);

#endif
