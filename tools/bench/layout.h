/* SPDX-License-Identifier: GPL-2.0 */
/* What the guests and the bench agree on: addresses, operations. */
#ifndef BENCH_LAYOUT_H
#define BENCH_LAYOUT_H

/* Guest-physical addresses */
#define RAM_SIZE	0x200000	/* from 0; the guest's code is at 0 */
#define PARAM		0x100000	/* struct param */
#define STACK		0x180000
#define MMIO		0x10000000	/* trapped, one page */
#define BELL		0x10001000	/* rings, one page */
#define FAULT		0x40000000	/* where pages are faulted in */

/* Offsets in MMIO */
#define MMIO_STORE	0x000
#define MMIO_LOAD	0x008
#define MMIO_DONE	0x800	/* the guest asks for an operation */

/* Ports, x86 */
#define PORT_OUT	0x500
#define PORT_IN		0x504

/* Shared line, or vector, of the interrupts that the bench makes */
#define LINE		40

/* Operations; each is done param.count times */
#define OP_NOTHING	0
#define OP_LOOP		1	/* two instructions */
#define OP_KERNEL	2	/* a call or a query that the kernel answers */
#define OP_SYSREG	3
#define OP_STORE	4
#define OP_LOAD		5
#define OP_OUT		6
#define OP_IN		7
#define OP_BELL		8
#define OP_IRQ_INIT	9
#define OP_STORE_IRQ	10	/* a store, then wait for an interrupt */
#define OP_IPI_SELF	11
#define OP_IPI_OTHER	12
#define OP_CPU_ON	13
#define OP_TIMER	14
#define OP_SLEEP	15	/* WFI or HLT until an interrupt */
#define OP_TOUCH	16	/* store to FAULT, + param.step, ... */
#define OP_SPIN		17	/* until param.stop */
#define OP_CHIP		18	/* write a register of the interrupt controller */

/* Offsets in struct param */
#define PARAM_OP	0
#define PARAM_COUNT	8
#define PARAM_STEP	16
#define PARAM_STOP	24
#define PARAM_START	32
#define PARAM_END	40
#define PARAM_RESULT	48
#define PARAM_OTHER	56

#endif /* BENCH_LAYOUT_H */
