#include "cdemo.h"

static const unsigned char demo[] = {
#embed "../../examples/demo.json"
};
const unsigned char *const cdemo_json = demo;
const size_t cdemo_json_size = sizeof demo;

static const unsigned char organisation[] = {
#embed "../../examples/organisation.schema.json"
};
const unsigned char *const cdemo_organisation = organisation;
const size_t cdemo_organisation_size = sizeof organisation;

static const unsigned char administration[] = {
#embed "../../examples/first/administration.lua"
};
static const unsigned char administration_test[] = {
#embed "../../examples/first/administration_test.lua"
};
static const unsigned char departments[] = {
#embed "../../examples/first/departments.lua"
};
static const unsigned char departments_test[] = {
#embed "../../examples/first/departments_test.lua"
};
static const unsigned char fixtures_test[] = {
#embed "../../examples/first/fixtures_test.lua"
};
static const unsigned char permissions[] = {
#embed "../../examples/first/permissions.lua"
};
static const unsigned char permissions_test[] = {
#embed "../../examples/first/permissions_test.lua"
};
static const unsigned char schema[] = {
#embed "../../examples/first/schema.lua"
};
static const unsigned char settings[] = {
#embed "../../examples/first/settings.json"
};

static const cdemo_file first[] = {
    {"administration.lua", administration, sizeof administration},
    {"administration_test.lua", administration_test, sizeof administration_test},
    {"departments.lua", departments, sizeof departments},
    {"departments_test.lua", departments_test, sizeof departments_test},
    {"fixtures_test.lua", fixtures_test, sizeof fixtures_test},
    {"permissions.lua", permissions, sizeof permissions},
    {"permissions_test.lua", permissions_test, sizeof permissions_test},
    {"schema.lua", schema, sizeof schema},
    {"settings.json", settings, sizeof settings},
};
const size_t cdemo_first_count = sizeof first / sizeof *first;

const cdemo_file *cdemo_first_file(size_t index) { return &first[index]; }
