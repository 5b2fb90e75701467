#include "cluaload.h"
#include <lua5.4/lauxlib.h>
#include <lua5.4/lua.h>
#include <lua5.4/lualib.h>
#include <string.h>

// Stock Lua as the reference for the results of library functions.

static _Thread_local lua_State *stock;
static _Thread_local unsigned runs;

bool cluaload_value(const char *source, size_t size, char *result, size_t capacity, size_t *length) {
    if (stock && ++runs % 4096 == 0) {
        lua_close(stock);
        stock = NULL;
    }
    if (!stock) {
        stock = luaL_newstate();
        luaL_openlibs(stock);
    }
    int status = luaL_loadbufferx(stock, source, size, "=s", "t");
    if (!status) status = lua_pcall(stock, 0, 1, 0);
    const char *text = luaL_tolstring(stock, -1, length);
    if (*length > capacity) *length = capacity;
    memcpy(result, text, *length);
    lua_settop(stock, 0);
    return status == LUA_OK;
}
