/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Eventfds that pulse an interrupt line of a guest.
 */
#ifndef ZXVM_IRQFD_H
#define ZXVM_IRQFD_H

#include <uapi/linux/zxvm.h>

struct zxvm_guest;

int zxvm_irqfd(struct zxvm_guest *guest, const struct zxvm_irqfd *args);
void zxvm_irqfd_resample(struct zxvm_guest *guest, u32 line);
void zxvm_irqfd_release(struct zxvm_guest *guest);
int zxvm_irqfd_init(void);
void zxvm_irqfd_exit(void);

#endif /* ZXVM_IRQFD_H */
