/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the machines of all architectures are built with. Functions that
 * return int return 0, or -1 after a message.
 */
#ifndef ZXRUN_BOARD_H
#define ZXRUN_BOARD_H

#include <zircon/syscalls/hypervisor.h>

#include "devices/simple.h"
#include "vm.h"

#define HOLES_MAX	16

/*
 * struct holes: where a machine has nothing, of one kind of trap
 * @value: what a read gives, as far as it is wide
 */
struct holes {
	struct hole hole[HOLES_MAX];
	unsigned int count;
	atomic_bool told;
	zx_guest_trap_t kind;
	uint64_t value;
};

/* An input of the interrupt controller in the kernel */
void board_line_init(struct line *line, struct vm *vm, unsigned int number);

int board_add_device(struct vm *vm, zx_guest_trap_t kind, struct device *dev);

/* None if end is not above start */
int board_add_hole(struct vm *vm, struct holes *holes, uint64_t start, uint64_t end);

void board_exit_init(struct exit_device *exit, struct vm *vm, uint64_t base);

/* The host's time in UTC */
int64_t board_seconds(void);

/* Reads the initrd to ram[offset], end the end of room. Returns its size, or -1. */
int64_t board_load_initrd(struct vm *vm, uint64_t offset, uint64_t end);

#endif
