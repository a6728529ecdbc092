/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Sizes that programs may build in. */
#ifndef ZIRCON_LIMITS_H_
#define ZIRCON_LIMITS_H_

#include <stddef.h>
#include <stdint.h>

/* The smallest and the largest page of the machines that libzx knows */
#define ZX_MIN_PAGE_SHIFT	((uint32_t)12u)
#define ZX_MIN_PAGE_SIZE	((uint32_t)(1u << ZX_MIN_PAGE_SHIFT))
#if defined(__aarch64__)
#define ZX_MAX_PAGE_SHIFT	((uint32_t)16u)
#else
#define ZX_MAX_PAGE_SHIFT	((uint32_t)12u)
#endif
#define ZX_MAX_PAGE_SIZE	((uint32_t)(1u << ZX_MAX_PAGE_SHIFT))

/* Name of an object, with the closing zero */
#define ZX_MAX_NAME_LEN		((size_t)32u)

/* Bytes of one zx_cprng_draw in Zircon; libzx draws any number */
#define ZX_CPRNG_DRAW_MAX_LEN	((size_t)256u)
#define ZX_CPRNG_ADD_ENTROPY_MAX_LEN ((size_t)256u)

#endif /* ZIRCON_LIMITS_H_ */
