#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <uniwidth.h>

// Functions for the normalisation forms, which are objects of an incomplete type that only C can name. The caller frees
// each result.

static inline uint8_t *cunistring_compose(const uint8_t *text, size_t count, size_t *result) {
    return u8_normalize(UNINORM_NFC, text, count, NULL, result);
}

static inline uint8_t *cunistring_fold_compatible(const uint8_t *text, size_t count, size_t *result) {
    return u8_casefold(text, count, NULL, UNINORM_NFKC, NULL, result);
}

static inline uint8_t *cunistring_fold_decomposed(const uint8_t *text, size_t count, size_t *result) {
    return u8_casefold(text, count, NULL, UNINORM_NFKD, NULL, result);
}
