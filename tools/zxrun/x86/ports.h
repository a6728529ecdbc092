/* SPDX-License-Identifier: GPL-2.0 */
/* Port I/O: the devices of the machine are a byte wide. */
#ifndef ZXRUN_X86_PORTS_H
#define ZXRUN_X86_PORTS_H

#include "../devices/device.h"

/*
 * As struct zxvm_io_ops has them; key is a struct device. A wide access is one
 * to each byte, from the lowest. Beyond the device there is nothing.
 */
uint32_t ports_in(void *context, uint64_t key, uint16_t port, uint8_t size);
void ports_out(void *context, uint64_t key, uint16_t port, uint8_t size, uint32_t value);

#endif
