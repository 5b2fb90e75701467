#include <sqlite3.h>

// Switches one flag of a connection on or off, and checks that this took effect. In C because Swift cannot call
// functions with a variable number of arguments.
static inline int csqlite_switch(sqlite3 *connection, int flag, int on) {
    int now = -1;
    const int status = sqlite3_db_config(connection, flag, on, &now);
    if (status != SQLITE_OK) return status;
    return now == on ? SQLITE_OK : SQLITE_ERROR;
}
