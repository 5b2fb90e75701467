#include <sqlite3.h>

// Swift sees no functions with a variable number of arguments: switches one flag of a connection on or off, and asks whether
// that took effect.
static inline int csqlite_switch(sqlite3 *connection, int flag, int on) {
    int now = -1;
    const int status = sqlite3_db_config(connection, flag, on, &now);
    if (status != SQLITE_OK) return status;
    return now == on ? SQLITE_OK : SQLITE_ERROR;
}
