/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* All structures that the calls take. */
#ifndef ZIRCON_SYSCALLS_TYPES_H_
#define ZIRCON_SYSCALLS_TYPES_H_

#include <zircon/syscalls/hypervisor.h>
#include <zircon/syscalls/object.h>
#include <zircon/syscalls/port.h>

#endif /* ZIRCON_SYSCALLS_TYPES_H_ */
