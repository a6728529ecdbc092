/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A stand-in for /dev/zxvm, in place of src/device.c: objects, rights and
 * bookkeeping as the module has them, and no guest that runs.
 */
#ifndef LIBZX_TEST_FAKE_H
#define LIBZX_TEST_FAKE_H

#include <linux/zxvm.h>
#include <stdint.h>

/* ioctls so far; read and set by tests */
extern _Atomic unsigned int fake_calls;
/* The next call with this request fails with this errno */
extern unsigned long fake_fail_request;
extern int fake_fail_errno;
/* How many files of the fake are open */
int fake_open_files(void);
/* What the next enters do: return a packet, or wait for a kick */
extern _Atomic int fake_enter_blocks;
/* The host address behind a guest address, 0 if it is not mapped */
uint64_t fake_backing(uint64_t guest_address, uint32_t *perms);

#endif /* LIBZX_TEST_FAKE_H */
