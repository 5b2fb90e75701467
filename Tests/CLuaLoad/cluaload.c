#include "cluaload.h"

#include <lua5.4/lauxlib.h>
#include <lua5.4/lua.h>
#include <lua5.4/lualib.h>
#include <stdio.h>

static const char prelude[] =
    "function __eq(a, b) return a == b end function __content(x) return x end";

int cluaload_accepts(const char *source, size_t length, char *message, size_t capacity) {
    lua_State *state = luaL_newstate();
    int status = luaL_loadbufferx(state, source, length, "=chunk", "t");
    if (status != LUA_OK) snprintf(message, capacity, "%s", lua_tostring(state, -1));
    lua_close(state);
    return status == LUA_OK;
}

int cluaload_run(const char *source, size_t length, char *result, size_t capacity) {
    lua_State *state = luaL_newstate();
    luaL_openlibs(state);
    int status = luaL_dostring(state, prelude) || luaL_loadbufferx(state, source, length, "=chunk", "t")
                 || lua_pcall(state, 0, 1, 0);
    snprintf(result, capacity, "%s", luaL_tolstring(state, -1, NULL));
    lua_close(state);
    return status == LUA_OK;
}
