/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Numbers of the kernel that a C library's headers may be too old to have. */
#ifndef LIBZX_NEWER_H
#define LIBZX_NEWER_H

#include <sys/mman.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008u
#endif

#endif /* LIBZX_NEWER_H */
