/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Guests and VCPUs: trap kinds, register state, and the result of IN. */
#ifndef ZIRCON_SYSCALLS_HYPERVISOR_H_
#define ZIRCON_SYSCALLS_HYPERVISOR_H_

#include <zircon/types.h>

__BEGIN_CDECLS

/* What happens on access to a trapped range */
typedef uint32_t zx_guest_trap_t;
#define ZX_GUEST_TRAP_BELL	((zx_guest_trap_t)0u)
#define ZX_GUEST_TRAP_MEM	((zx_guest_trap_t)1u)
#define ZX_GUEST_TRAP_IO	((zx_guest_trap_t)2u)	/* x86 only */

/* What zx_vcpu_read_state and zx_vcpu_write_state carry */
typedef uint32_t zx_vcpu_t;
#define ZX_VCPU_STATE		((zx_vcpu_t)0u)
#define ZX_VCPU_IO		((zx_vcpu_t)1u)	/* x86 only, write only */

#if defined(__aarch64__)

/* General registers; sp is SP_EL1, cpsr has N, Z, C and V alone */
typedef struct zx_vcpu_state {
	uint64_t x[31];
	uint64_t sp;
	uint32_t cpsr;
	uint8_t padding1[4];
} zx_vcpu_state_t;

ZX_STATIC_ASSERT(sizeof(zx_vcpu_state_t) == 264);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_state_t, sp) == 248);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_state_t, cpsr) == 256);

#elif defined(__x86_64__)

/* General registers; a written rflags counts when its bit 1 is set */
typedef struct zx_vcpu_state {
	uint64_t rax;
	uint64_t rcx;
	uint64_t rdx;
	uint64_t rbx;
	uint64_t rsp;
	uint64_t rbp;
	uint64_t rsi;
	uint64_t rdi;
	uint64_t r8;
	uint64_t r9;
	uint64_t r10;
	uint64_t r11;
	uint64_t r12;
	uint64_t r13;
	uint64_t r14;
	uint64_t r15;
	uint64_t rflags;
} zx_vcpu_state_t;

ZX_STATIC_ASSERT(sizeof(zx_vcpu_state_t) == 136);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_state_t, rcx) == 8);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_state_t, rdx) == 16);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_state_t, rbx) == 24);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_state_t, rsp) == 32);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_state_t, rbp) == 40);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_state_t, rsi) == 48);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_state_t, rdi) == 56);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_state_t, r8) == 64);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_state_t, r15) == 120);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_state_t, rflags) == 128);

#else
#error "libzx knows aarch64 and x86_64"
#endif

/* The result of an IN instruction: access_size is 1, 2 or 4 */
typedef struct zx_vcpu_io {
	uint8_t access_size;
	uint8_t padding1[3];
	union {
		uint8_t u8;
		uint16_t u16;
		uint32_t u32;
		uint8_t data[4];
	};
} zx_vcpu_io_t;

ZX_STATIC_ASSERT(sizeof(zx_vcpu_io_t) == 8);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_io_t, u8) == 4);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_io_t, u16) == 4);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_io_t, u32) == 4);
ZX_STATIC_ASSERT(offsetof(zx_vcpu_io_t, data) == 4);

__END_CDECLS

#endif /* ZIRCON_SYSCALLS_HYPERVISOR_H_ */
