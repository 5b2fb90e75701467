#define _GNU_SOURCE
#include "ceditline.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

struct ceditline {
    EditLine *line;
    History *history;
    ceditline_host host;
    ceditline_ending ending;
    const char *prompt;
    char *text; // the last line that was read
    size_t capacity;
    int watched;
    bool was_tab;
    int early; // the number of bytes that were typed before reading began, and are not read yet
    locale_t locale;
};

// Sequences that no key sends, through which our key functions continue with one of libedit's.
#define KEY_NEWLINE "\033[9990~"
#define KEY_UP "\033[9991~"
#define KEY_DOWN "\033[9992~"
#define KEY_EARLIER "\033[9993~"
#define KEY_LATER "\033[9994~"

#define CTRL_D 4

// MARK: Signals

static volatile int32_t interrupted;
static int bell[2] = {-1, -1};
static struct termios usual;
static volatile sig_atomic_t is_raw;

const volatile int32_t *ceditline_interrupt(void) { return &interrupted; }

void ceditline_clear_interrupt(void) { __atomic_store_n(&interrupted, 0, __ATOMIC_RELAXED); }

static void handle(int number) {
    int saved = errno;
    if (number == SIGINT) __atomic_store_n(&interrupted, 1, __ATOMIC_RELAXED);
    if (number == SIGTERM || number == SIGHUP) {
        if (is_raw) tcsetattr(STDIN_FILENO, TCSANOW, &usual);
        signal(number, SIG_DFL);
        raise(number);
    }
    char byte = (char)number;
    // A full pipe means that the editor is awake already.
    if (write(bell[1], &byte, 1) < 0) errno = saved;
    errno = saved;
}

static bool catch_signals(void) {
    if (bell[0] < 0 && pipe2(bell, O_CLOEXEC | O_NONBLOCK) != 0) return false;
    static const int numbers[] = {SIGINT, SIGWINCH, SIGCONT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigset_t caught;
    sigemptyset(&caught);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (sigaction(numbers[i], &action, NULL) != 0 || sigaddset(&caught, numbers[i]) != 0) return false;
    // The parent process may have blocked them.
    return pthread_sigmask(SIG_UNBLOCK, &caught, NULL) == 0;
}

// MARK: Input

static ceditline *editor_of(EditLine *line) {
    void *data = NULL;
    el_get(line, EL_CLIENTDATA, &data);
    return data;
}

static char *prompt(EditLine *line) { return (char *)editor_of(line)->prompt; }

static void say(const char *text) {
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t count = write(STDOUT_FILENO, text, length);
        if (count < 0 && errno != EINTR) return;
        if (count > 0) text += count, length -= (size_t)count;
    }
}

/// Handles the event that woke the editor. Returns true when editing continues.
static bool answer_bell(ceditline *editor) {
    char numbers[64];
    bool is_resized = false, is_continued = false;
    ssize_t count;
    while ((count = read(bell[0], numbers, sizeof numbers)) > 0) {
        for (ssize_t i = 0; i < count; i++) {
            is_resized |= numbers[i] == SIGWINCH;
            is_continued |= numbers[i] == SIGCONT;
        }
    }
    if (__atomic_load_n(&interrupted, __ATOMIC_RELAXED)) {
        editor->ending = CEDITLINE_INTERRUPTED;
        return false;
    }
    if (is_continued) el_set(editor->line, EL_PREP_TERM, 1);
    if (is_resized) el_resize(editor->line);
    if (is_resized || is_continued) {
        say("\r\033[J");
        el_set(editor->line, EL_REFRESH);
    }
    return true;
}

/// The next byte of the terminal; -1 when reading ends.
static int next_byte(ceditline *editor) {
    for (;;) {
        struct pollfd waits[3] = {
            {.fd = STDIN_FILENO, .events = POLLIN},
            {.fd = bell[0], .events = POLLIN},
            {.fd = editor->watched, .events = POLLIN},
        };
        if (poll(waits, 3, -1) < 0 && errno != EINTR) return -1;
        if ((waits[1].revents & POLLIN) && !answer_bell(editor)) return -1;
        bool is_noticed = (waits[2].revents & POLLIN) != 0;
        if (is_noticed && editor->host.noticed(editor->host.context)) el_set(editor->line, EL_REFRESH);
        if (!(waits[0].revents & (POLLIN | POLLHUP | POLLERR))) continue;
        unsigned char byte;
        ssize_t count = read(STDIN_FILENO, &byte, 1);
        bool is_early = count == 1 && editor->early > 0 && editor->early-- > 0;
        if (count == 1 && byte != 0) return byte;
        // The terminal has turned a `^D` that was typed before reading began into a zero byte.
        if (is_early) return CTRL_D;
        if (count == 1) {
            say("\r\033[J");
            el_set(editor->line, EL_REFRESH);
            continue;
        }
        if (count == 0 || (errno != EINTR && errno != EAGAIN)) return -1;
    }
}

/// The next character, decoded from UTF-8; invalid bytes become U+FFFD.
static int next_character(EditLine *line, wchar_t *character) {
    ceditline *editor = editor_of(line);
    int first = next_byte(editor);
    if (first < 0) return editor->ending == CEDITLINE_INTERRUPTED ? -1 : 0;
    int rest = first < 0x80 ? 0 : first >= 0xF0 && first < 0xF5 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : -1;
    if (rest < 0 || first > 0xF4) {
        *character = 0xFFFD;
        return 1;
    }
    wchar_t value = rest == 0 ? first : first & (0x3F >> rest);
    for (int i = 0; i < rest; i++) {
        int byte = next_byte(editor);
        if (byte < 0) return -1;
        if ((byte & 0xC0) != 0x80) {
            value = 0xFFFD;
            break;
        }
        value = value << 6 | (byte & 0x3F);
    }
    *character = value;
    return 1;
}

// MARK: Keys

static char *copy(const char *from, const char *to) {
    size_t length = (size_t)(to - from);
    char *text = malloc(length + 1);
    if (text == NULL) return NULL;
    memcpy(text, from, length);
    text[length] = 0;
    return text;
}

static unsigned char on_enter(EditLine *line, int key) {
    (void)key;
    ceditline *editor = editor_of(line);
    const LineInfo *info = el_line(line);
    char *text = copy(info->buffer, info->lastchar);
    bool is_whole = text == NULL || editor->host.whole(editor->host.context, text);
    free(text);
    if (is_whole) {
        el_push(line, KEY_NEWLINE);
        return CC_NORM;
    }
    return el_insertstr(line, "\n") == 0 ? CC_REFRESH : CC_ERROR;
}

static unsigned char on_tab(EditLine *line, int key) {
    (void)key;
    ceditline *editor = editor_of(line);
    const LineInfo *info = el_line(line);
    char *before = copy(info->buffer, info->cursor);
    if (before == NULL) return CC_ERROR;
    ceditline_edit edit = {0};
    editor->host.complete(editor->host.context, before, editor->was_tab, &edit);
    free(before);
    editor->was_tab = true;
    bool is_changed = edit.erased > 0 || edit.text[0] != 0;
    if (edit.erased > 0) el_deletestr(line, (int)edit.erased);
    if (edit.text[0] != 0) el_insertstr(line, edit.text);
    if (edit.redraws) {
        el_set(line, EL_REFRESH);
        return CC_NORM;
    }
    return is_changed ? CC_REFRESH : CC_REFRESH_BEEP;
}

static unsigned char on_up(EditLine *line, int key) {
    (void)key;
    const LineInfo *info = el_line(line);
    el_push(line, memchr(info->buffer, '\n', (size_t)(info->cursor - info->buffer)) ? KEY_UP : KEY_EARLIER);
    return CC_NORM;
}

static unsigned char on_down(EditLine *line, int key) {
    (void)key;
    const LineInfo *info = el_line(line);
    el_push(line, memchr(info->cursor, '\n', (size_t)(info->lastchar - info->cursor)) ? KEY_DOWN : KEY_LATER);
    return CC_NORM;
}

/// Takes a paste up to its end mark: keeps line ends, turns a tab into a space, and drops other control characters.
static unsigned char on_paste(EditLine *line, int key) {
    (void)key;
    static const char mark[] = "\033[201~";
    ceditline *editor = editor_of(line);
    size_t capacity = 1 << 12, length = 0, matched = 0;
    char *text = malloc(capacity);
    if (text == NULL) return CC_ERROR;
    while (matched < sizeof mark - 1) {
        int byte = next_byte(editor);
        if (byte < 0) {
            free(text);
            return CC_EOF;
        }
        matched = byte == mark[matched] ? matched + 1 : byte == mark[0];
        if (byte == '\r') byte = '\n';
        if (byte == '\t') byte = ' ';
        // INVARIANT: an unfinished end mark is pasted as text, without its escape.
        if ((byte < 0x20 && byte != '\n') || byte == 0x7F) continue;
        if (length + 2 > capacity) {
            char *more = capacity < (size_t)1 << 24 ? realloc(text, capacity *= 2) : NULL;
            if (more == NULL) continue;
            text = more;
        }
        text[length++] = (char)byte;
    }
    length -= sizeof mark - 2;
    while (length > 0 && text[length - 1] == '\n') length--;
    text[length] = 0;
    int status = el_insertstr(line, text);
    free(text);
    return status == 0 ? CC_REFRESH : CC_ERROR;
}

static void bind_keys(EditLine *line) {
    static const struct {
        const char *name;
        unsigned char (*function)(EditLine *, int);
    } functions[] = {
        {"demilune-enter", on_enter}, {"demilune-tab", on_tab},     {"demilune-up", on_up},
        {"demilune-down", on_down},   {"demilune-paste", on_paste},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        el_set(line, EL_ADDFN, functions[i].name, functions[i].name, functions[i].function);
    static const char *const keys[][2] = {
        {"^M", "demilune-enter"},         {"^J", "demilune-enter"},          {"^I", "demilune-tab"},
        {"\\e[A", "demilune-up"},         {"\\eOA", "demilune-up"},          {"^P", "demilune-up"},
        {"\\e[B", "demilune-down"},       {"\\eOB", "demilune-down"},        {"^N", "demilune-down"},
        {"\\e[200~", "demilune-paste"},   {"^R", "em-inc-search-prev"},      {"^S", "em-inc-search-next"},
        {"\\e[3~", "ed-delete-next-char"}, {"\\e[1;5C", "em-next-word"},      {"\\e[1;5D", "ed-prev-word"},
        {"\\e[H", "ed-move-to-beg"},      {"\\e[F", "ed-move-to-end"},       {"\\e[1~", "ed-move-to-beg"},
        {"\\e[4~", "ed-move-to-end"},     {"^W", "ed-delete-prev-word"},     {KEY_NEWLINE, "ed-newline"},
        {KEY_UP, "ed-prev-line"},         {KEY_DOWN, "ed-next-line"},        {KEY_EARLIER, "ed-prev-history"},
        {KEY_LATER, "ed-next-history"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        el_set(line, EL_BIND, keys[i][0], keys[i][1], NULL);
}

// MARK: The editor

ceditline *ceditline_open(ceditline_host host) {
    const char *terminal = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || terminal == NULL || strcmp(terminal, "dumb") == 0) return NULL;
    if (tcgetattr(STDIN_FILENO, &usual) != 0 || !catch_signals()) return NULL;
    ceditline *editor = calloc(1, sizeof *editor);
    if (editor == NULL) return NULL;
    editor->host = host;
    editor->watched = -1;
    editor->prompt = "> ";
    // Input and output are UTF-8 whatever the environment says; only for this thread, and only while it reads.
    editor->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = editor->locale ? uselocale(editor->locale) : (locale_t)0;
    editor->line = el_init("demilune", stdin, stdout, stderr);
    editor->history = history_init();
    if (editor->line != NULL && editor->history != NULL) {
        HistEvent event;
        history(editor->history, &event, H_SETSIZE, 2000);
        history(editor->history, &event, H_SETUNIQUE, 1);
        el_set(editor->line, EL_CLIENTDATA, editor);
        el_set(editor->line, EL_EDITOR, "emacs");
        el_set(editor->line, EL_SIGNAL, 0);
        el_set(editor->line, EL_PROMPT_ESC, prompt, 1);
        el_set(editor->line, EL_HIST, history, editor->history);
        el_set(editor->line, EL_GETCFN, next_character);
        el_source(editor->line, NULL);
        bind_keys(editor->line);
    }
    if (before) uselocale(before);
    if (editor->line != NULL && editor->history != NULL) return editor;
    ceditline_close(editor);
    return NULL;
}

void ceditline_close(ceditline *editor) {
    if (editor->line != NULL) el_end(editor->line);
    if (editor->history != NULL) history_end(editor->history);
    if (editor->locale) freelocale(editor->locale);
    free(editor->text);
    free(editor);
}

void ceditline_watch(ceditline *editor, int descriptor) { editor->watched = descriptor; }

static void remember(ceditline *editor, const char *text) {
    HistEvent event;
    history(editor->history, &event, H_ENTER, text);
}

void ceditline_remember(ceditline *editor, const char *text) {
    locale_t before = editor->locale ? uselocale(editor->locale) : (locale_t)0;
    remember(editor, text);
    if (before) uselocale(before);
}

ceditline_reading ceditline_read(ceditline *editor, const char *prompt) {
    locale_t before = editor->locale ? uselocale(editor->locale) : (locale_t)0;
    ceditline_reading reading = {.ending = CEDITLINE_END};
    editor->prompt = prompt;
    editor->ending = CEDITLINE_END;
    editor->was_tab = false;
    ceditline_clear_interrupt();
    is_raw = 1;
    // Before the prompt is shown, so that a key pressed in answer to it finds the terminal in raw mode.
    el_set(editor->line, EL_PREP_TERM, 1);
    if (ioctl(STDIN_FILENO, FIONREAD, &editor->early) != 0) editor->early = 0;
    say("\033[?2004h");
    el_resize(editor->line);
    int count = 0;
    const char *line = el_gets(editor->line, &count);
    say("\033[?2004l");
    is_raw = 0;
    editor->prompt = "";
    if (line != NULL && count > 0) {
        size_t length = (size_t)count;
        while (length > 0 && line[length - 1] == '\n') length--;
        if (length + 1 > editor->capacity) {
            char *more = realloc(editor->text, length + 1);
            if (more == NULL) length = 0; else editor->text = more, editor->capacity = length + 1;
        }
        if (editor->text != NULL) {
            memcpy(editor->text, line, length);
            editor->text[length] = 0;
            reading = (ceditline_reading){CEDITLINE_TEXT, editor->text, length};
        }
    } else if (editor->ending == CEDITLINE_INTERRUPTED) {
        reading.ending = CEDITLINE_INTERRUPTED;
        say("^C\n");
    } else {
        say("\n");
    }
    if (before) uselocale(before);
    return reading;
}

void ceditline_insert(ceditline_edit *edit, const char *text, size_t length) {
    if (length >= sizeof edit->text) return;
    memcpy(edit->text, text, length);
    edit->text[length] = 0;
}

/// Waits until the terminal can be read. Returns false when ^C was pressed.
static bool wait_for_terminal(void) {
    while (!__atomic_load_n(&interrupted, __ATOMIC_RELAXED)) {
        struct pollfd waits[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = bell[0], .events = POLLIN}};
        if (poll(waits, 2, -1) < 0 && errno != EINTR) return true;
        char numbers[64];
        if (waits[1].revents & POLLIN)
            while (read(bell[0], numbers, sizeof numbers) > 0) {}
        else if (waits[0].revents)
            return true;
    }
    return false;
}

ceditline_ending ceditline_read_answer(const char *secret, char *buffer, size_t capacity, size_t *length) {
    bool is_shown = secret == NULL;
    *length = 0;
    struct termios before, during;
    if (tcgetattr(STDIN_FILENO, &before) != 0) return CEDITLINE_END;
    during = before;
    if (!is_shown) {
        during.c_lflag &= ~(tcflag_t)ECHO;
        during.c_lflag |= ECHONL;
        tcsetattr(STDIN_FILENO, TCSANOW, &during);
        say(secret);
    }
    ceditline_ending ending = CEDITLINE_TEXT;
    while (*length < capacity) {
        char byte;
        if (!wait_for_terminal()) {
            ending = CEDITLINE_INTERRUPTED;
            break;
        }
        ssize_t count = read(STDIN_FILENO, &byte, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            if (*length == 0) ending = CEDITLINE_END;
            break;
        }
        if (byte == '\n') break;
        buffer[(*length)++] = byte;
    }
    if (!is_shown) tcsetattr(STDIN_FILENO, TCSANOW, &before);
    // The terminal echoes `^C` itself where it shows what is typed.
    if (ending == CEDITLINE_INTERRUPTED) say(is_shown ? "\n" : "^C\n");
    return ending;
}
