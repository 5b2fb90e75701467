// What running policies costs at least: the same files, called through lua_pcall with a count hook, over plain tables
// and a handful of C functions. Nothing is bounded, traced, checked or explained.
//
// Usage: bare COUNT POLICY.lua ...; prints nanoseconds for one request, the median of groups.

#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { GROUP = 16, MOST_POLICIES = 2000, DEPARTMENTS = 8, HOOK_COUNT = 128 };

static int said;

static void hook(lua_State *L, lua_Debug *record) {
    (void)L, (void)record;
}

static int effect(lua_State *L) {
    said += lua_gettop(L);
    return 0;
}

// has(self, name)
static int has(lua_State *L) {
    lua_pushvalue(L, 2);
    lua_pushboolean(L, lua_rawget(L, 1) != LUA_TNIL);
    return 1;
}

static lua_Integer number(lua_State *L, int index, const char *name) {
    lua_getfield(L, index, name);
    lua_Integer value = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return value;
}

static int is_within(lua_State *L) {
    lua_Integer enter = number(L, 1, "enter");
    lua_pushboolean(L, number(L, 2, "enter") <= enter && enter < number(L, 2, "leave"));
    return 1;
}

static int contains(lua_State *L) {
    lua_pushboolean(L, false);
    return 1;
}

// can(self, permission): the permissions are fields of a table.
static int can(lua_State *L) {
    lua_getfield(L, 1, "permissions");
    lua_pushvalue(L, 2);
    lua_pushboolean(L, lua_rawget(L, -2) != LUA_TNIL);
    return 1;
}

static int meets(lua_State *L) {
    lua_pushboolean(L, number(L, 2, "gated") == 0);
    return 1;
}

static int settings(lua_State *L) {
    lua_newtable(L);
    lua_newtable(L);
    lua_pushcfunction(L, contains);
    lua_setfield(L, -2, "contains");
    lua_setfield(L, -2, "shared");
    return 1;
}

static int list(lua_State *L) { return lua_gettop(L); }

static void define(lua_State *L, const char *name, lua_CFunction function) {
    lua_pushcfunction(L, function);
    lua_setfield(L, -2, name);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int compare(const void *one, const void *other) {
    double left = *(const double *)one, right = *(const double *)other;
    return (left > right) - (left < right);
}

int main(int argc, char **argv) {
    if (argc < 3 || argc - 2 > MOST_POLICIES) {
        fputs("usage: bare COUNT POLICY.lua ...\n", stderr);
        return 64;
    }
    int count = atoi(argv[1]) / GROUP * GROUP;
    if (count < GROUP) return 64;
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    lua_register(L, "permit", effect), lua_register(L, "deny", effect), lua_register(L, "advise", effect);
    lua_register(L, "oblige", effect), lua_register(L, "settings", settings), lua_register(L, "list", list);
    int decide[MOST_POLICIES];
    for (int i = 2; i < argc; i++) {
        if (luaL_dofile(L, argv[i]) != LUA_OK) {
            fprintf(stderr, "%s\n", lua_tostring(L, -1));
            return 1;
        }
        lua_getfield(L, -1, "decide");
        decide[i - 2] = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    // A request whose parts are changed from one to the next.
    int departments[DEPARTMENTS];
    for (int i = 0; i < DEPARTMENTS; i++) {
        lua_newtable(L);
        lua_pushinteger(L, i), lua_setfield(L, -2, "enter");
        lua_pushinteger(L, i % 2 ? i + 1 : DEPARTMENTS), lua_setfield(L, -2, "leave");
        lua_pushinteger(L, i % 4 == 3), lua_setfield(L, -2, "gated");
        define(L, "is_within", is_within);
        departments[i] = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    static const char *actions[] = {"orders.read", "orders.approve", "users.update", "invoices.read"};
    static const char *kinds[] = {"read", "write", "admin", "read"};
    lua_newtable(L);
    int request = lua_gettop(L);
    lua_newtable(L), lua_pushvalue(L, -1), lua_setfield(L, request, "resource");
    define(L, "has", has);
    int resource = lua_gettop(L);
    lua_newtable(L), lua_pushvalue(L, -1), lua_setfield(L, request, "token");
    define(L, "can", can), define(L, "meets", meets);
    int token = lua_gettop(L);
    lua_newtable(L);
    for (int i = 0; i < 3; i++) lua_pushboolean(L, true), lua_setfield(L, -2, actions[i]);
    lua_setfield(L, token, "permissions");
    lua_pushliteral(L, "access"), lua_setfield(L, request, "point");

    lua_sethook(L, hook, LUA_MASKCOUNT, HOOK_COUNT);
    double *times = malloc(sizeof *times * (size_t)(count / GROUP));
    unsigned random = 1;
    for (int group = 0; group < count / GROUP; group++) {
        int64_t start = now();
        for (int i = 0; i < GROUP; i++) {
            random = random * 1664525 + 1013904223;
            unsigned bits = random >> 12;
            if (bits % 8 == 0) lua_pushnil(L);
            else lua_rawgeti(L, LUA_REGISTRYINDEX, departments[bits % DEPARTMENTS]);
            lua_setfield(L, resource, "department");
            lua_rawgeti(L, LUA_REGISTRYINDEX, departments[bits / 8 % DEPARTMENTS]);
            lua_setfield(L, token, "department");
            lua_pushstring(L, bits / 64 % 4 ? "api" : "mobile"), lua_setfield(L, token, "kind");
            lua_pushstring(L, actions[bits / 256 % 4]), lua_setfield(L, request, "action");
            lua_pushstring(L, kinds[bits / 256 % 4]), lua_setfield(L, request, "action_kind");
            for (int policy = 0; policy < argc - 2; policy++) {
                lua_rawgeti(L, LUA_REGISTRYINDEX, decide[policy]);
                lua_pushvalue(L, request);
                if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
                    fprintf(stderr, "%s\n", lua_tostring(L, -1));
                    return 1;
                }
            }
        }
        times[group] = (double)(now() - start) / GROUP;
    }
    qsort(times, (size_t)(count / GROUP), sizeof *times, compare);
    printf("%.0f\n", times[count / GROUP / 2]);
    lua_close(L);
    free(times);
    return said >= 0 ? 0 : 1;
}
