/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Small helpers that let the zircon headers serve C11 and C++17 alike. */
#ifndef ZIRCON_COMPILER_H_
#define ZIRCON_COMPILER_H_

#ifdef __cplusplus
#define __BEGIN_CDECLS extern "C" {
#define __END_CDECLS }
#define ZX_STATIC_ASSERT(cond) static_assert(cond, #cond)
#else
#define __BEGIN_CDECLS
#define __END_CDECLS
#define ZX_STATIC_ASSERT(cond) _Static_assert(cond, #cond)
#endif

#endif /* ZIRCON_COMPILER_H_ */
