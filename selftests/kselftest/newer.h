/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of the kernel that a C library's headers may be too old to have */
#ifndef NEWER_H
#define NEWER_H

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE		25
#endif
#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE	101
#endif

#ifndef PR_SET_TAGGED_ADDR_CTRL
#define PR_SET_TAGGED_ADDR_CTRL	55
#define PR_TAGGED_ADDR_ENABLE	1
#endif

#ifndef __NR_memfd_secret
#define __NR_memfd_secret	447
#endif

#endif /* NEWER_H */
