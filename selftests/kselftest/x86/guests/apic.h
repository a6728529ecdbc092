/* SPDX-License-Identifier: GPL-2.0 */
/* What the guest apic can be told to do: rbx; addresses and MSRs are in rcx */
#ifndef GUESTS_APIC_H
#define GUESTS_APIC_H

#define OP_READ		0	/* 32 bits, told */
#define OP_WRITE	1	/* edx */
#define OP_RDMSR	2	/* told */
#define OP_WRMSR	3	/* edx:eax */
#define OP_HALT		4	/* with interrupts on */
#define OP_HALT_MASKED	5	/* with interrupts off */
#define OP_WINDOW	6	/* let interrupts in */
#define OP_SPIN		7	/* with interrupts on, for ever */
#define OP_SET_CR8	8	/* rdx */
#define OP_GET_CR8	9	/* told */
#define OP_READ_BYTE	10	/* told */
#define OP_OR		11	/* edx, read-modify-write */
#define OP_SEND		12	/* edx to ICR, rcx times; each is counted first */
#define OP_JUMP		13	/* to rcx */
#define OP_LOOP		14	/* as OP_SPIN, with nothing to exit for */

#define AP_STACKS	0x1e0000	/* a page for each VCPU, downwards */

#endif /* GUESTS_APIC_H */
