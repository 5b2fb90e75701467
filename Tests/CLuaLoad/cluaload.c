#include "cluaload.h"
#include <lua5.4/lauxlib.h>
#include <lua5.4/lua.h>
#include <lua5.4/lualib.h>
#include <stdio.h>

static _Thread_local lua_State *judge;
static _Thread_local unsigned checks;

int cluaload_check(const char *source, size_t size, char *message, size_t capacity) {
    if (judge && ++checks % 4096 == 0) {
        lua_close(judge);
        judge = NULL;
    }
    if (!judge) judge = luaL_newstate();
    int status = luaL_loadbufferx(judge, source, size, "=s", "t");
    if (status != LUA_OK) snprintf(message, capacity, "%s", lua_tostring(judge, -1));
    lua_settop(judge, 0);
    return status;
}

static const char prelude[] =
    "function __eq(...) assert(select('#', ...) == 2) local a, b = ... return a == b end "
    "function __content(...) assert(select('#', ...) == 1) return (...) end "
    "function __cut(n, ...) assert(math.type(n) == 'integer') local f, m = ... if select('#', ...) == 1 then return f end "
    "local g = f[m] return function(...) return g(f, ...) end end";

int cluaload_run(const char *source, size_t size, char *result, size_t capacity) {
    lua_State *state = luaL_newstate();
    luaL_openlibs(state);
    int status = luaL_dostring(state, prelude);
    lua_settop(state, 0);
    if (!status) status = luaL_loadbufferx(state, source, size, "=s", "t");
    if (!status) status = lua_pcall(state, 0, LUA_MULTRET, 0);
    luaL_Buffer buffer;
    int count = lua_gettop(state);
    luaL_buffinit(state, &buffer);
    for (int i = 1; i <= count; i++) {
        luaL_tolstring(state, i, NULL);
        luaL_addvalue(&buffer);
        luaL_addchar(&buffer, '|');
    }
    luaL_pushresult(&buffer);
    snprintf(result, capacity, "%s", lua_tostring(state, -1));
    lua_close(state);
    return status;
}
