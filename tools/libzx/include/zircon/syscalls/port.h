/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Packets: what a port and zx_vcpu_enter deliver. */
#ifndef ZIRCON_SYSCALLS_PORT_H_
#define ZIRCON_SYSCALLS_PORT_H_

#include <zircon/types.h>

__BEGIN_CDECLS

/* Options of zx_port_create */
#define ZX_PORT_BIND_TO_INTERRUPT	((uint32_t)1u << 0)

/* Options of zx_object_wait_async */
#define ZX_WAIT_ASYNC_TIMESTAMP		((uint32_t)1u)
#define ZX_WAIT_ASYNC_EDGE		((uint32_t)2u)
#define ZX_WAIT_ASYNC_BOOT_TIMESTAMP	((uint32_t)4u)

/* Packet types */
typedef uint32_t zx_packet_type_t;
#define ZX_PKT_TYPE_USER		((zx_packet_type_t)0x00u)
#define ZX_PKT_TYPE_SIGNAL_ONE		((zx_packet_type_t)0x01u)
#define ZX_PKT_TYPE_GUEST_BELL		((zx_packet_type_t)0x03u)
#define ZX_PKT_TYPE_GUEST_MEM		((zx_packet_type_t)0x04u)
#define ZX_PKT_TYPE_GUEST_IO		((zx_packet_type_t)0x05u)
#define ZX_PKT_TYPE_GUEST_VCPU		((zx_packet_type_t)0x06u)
#define ZX_PKT_TYPE_INTERRUPT		((zx_packet_type_t)0x07u)
#define ZX_PKT_TYPE_PAGE_REQUEST	((zx_packet_type_t)0x09u)

#define ZX_PKT_TYPE_MASK		((uint32_t)0x000000FFu)
#define ZX_PKT_IS_USER(type)		((type) == ZX_PKT_TYPE_USER)
#define ZX_PKT_IS_SIGNAL_ONE(type)	((type) == ZX_PKT_TYPE_SIGNAL_ONE)
#define ZX_PKT_IS_GUEST_BELL(type)	((type) == ZX_PKT_TYPE_GUEST_BELL)
#define ZX_PKT_IS_GUEST_MEM(type)	((type) == ZX_PKT_TYPE_GUEST_MEM)
#define ZX_PKT_IS_GUEST_IO(type)	((type) == ZX_PKT_TYPE_GUEST_IO)
#define ZX_PKT_IS_GUEST_VCPU(type)	((type) == ZX_PKT_TYPE_GUEST_VCPU)
#define ZX_PKT_IS_INTERRUPT(type)	((type) == ZX_PKT_TYPE_INTERRUPT)
#define ZX_PKT_IS_PAGE_REQUEST(type)	((type) == ZX_PKT_TYPE_PAGE_REQUEST)

/* Sub-types of ZX_PKT_TYPE_GUEST_VCPU */
#define ZX_PKT_GUEST_VCPU_INTERRUPT	((uint8_t)0)
#define ZX_PKT_GUEST_VCPU_STARTUP	((uint8_t)1)

/* Queued by zx_port_queue: 32 free bytes */
typedef union zx_packet_user {
	uint64_t u64[4];
	uint32_t u32[8];
	uint16_t u16[16];
	uint8_t c8[32];
} zx_packet_user_t;

typedef struct zx_packet_signal {
	zx_signals_t trigger;
	zx_signals_t observed;
	uint64_t count;
	zx_time_t timestamp;
	uint64_t reserved1;
} zx_packet_signal_t;

/* The guest stored to a BELL range; what it stored is not told */
typedef struct zx_packet_guest_bell {
	zx_gpaddr_t addr;
	uint64_t reserved0;
	uint64_t reserved1;
	uint64_t reserved2;
} zx_packet_guest_bell_t;

#if defined(__aarch64__)

/* The guest accessed a MEM range; xt 31 is the zero register */
typedef struct zx_packet_guest_mem {
	zx_gpaddr_t addr;
	uint8_t access_size;
	bool sign_extend;
	uint8_t xt;
	bool read;
	uint8_t padding1[4];
	uint64_t data;
	uint64_t reserved;
} zx_packet_guest_mem_t;

ZX_STATIC_ASSERT(offsetof(zx_packet_guest_mem_t, access_size) == 8);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_mem_t, sign_extend) == 9);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_mem_t, xt) == 10);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_mem_t, read) == 11);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_mem_t, data) == 16);

#elif defined(__x86_64__)

/* The guest accessed a MEM range by the instruction at rip */
typedef struct zx_packet_guest_mem {
	zx_gpaddr_t addr;
	zx_gpaddr_t cr3;
	zx_vaddr_t rip;
	uint8_t instruction_size;
	uint8_t default_operand_size;
	uint8_t reserved[6];
} zx_packet_guest_mem_t;

ZX_STATIC_ASSERT(offsetof(zx_packet_guest_mem_t, cr3) == 8);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_mem_t, rip) == 16);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_mem_t, instruction_size) == 24);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_mem_t, default_operand_size) == 25);

#endif

/* The guest executed IN or OUT on a trapped port (x86) */
typedef struct zx_packet_guest_io {
	uint16_t port;
	uint8_t access_size;
	bool input;
	union {
		uint8_t u8;
		uint16_t u16;
		uint32_t u32;
		uint8_t data[4];
	};
	uint64_t reserved0;
	uint64_t reserved1;
	uint64_t reserved2;
} zx_packet_guest_io_t;

/* The guest asks for an interrupt on each VCPU whose bit is set */
typedef struct zx_packet_guest_vcpu_interrupt {
	uint64_t mask;
	uint8_t vector;
	uint8_t padding1[7];
} zx_packet_guest_vcpu_interrupt_t;

/* The guest asks for VCPU number id to start at entry */
typedef struct zx_packet_guest_vcpu_startup {
	uint64_t id;
	zx_gpaddr_t entry;
} zx_packet_guest_vcpu_startup_t;

typedef struct zx_packet_guest_vcpu {
	uint32_t type;
	uint8_t padding1[4];
	union {
		zx_packet_guest_vcpu_interrupt_t interrupt;
		zx_packet_guest_vcpu_startup_t startup;
	};
	uint64_t reserved;
} zx_packet_guest_vcpu_t;

typedef struct zx_packet_interrupt {
	zx_time_t timestamp;
	uint64_t reserved0;
	uint64_t reserved1;
	uint64_t reserved2;
} zx_packet_interrupt_t;

typedef struct zx_packet_page_request {
	uint16_t command;
	uint16_t flags;
	uint32_t reserved0;
	uint64_t offset;
	uint64_t length;
	uint64_t reserved1;
} zx_packet_page_request_t;

typedef struct zx_port_packet {
	uint64_t key;
	zx_packet_type_t type;
	zx_status_t status;
	union {
		zx_packet_user_t user;
		zx_packet_signal_t signal;
		zx_packet_guest_bell_t guest_bell;
		zx_packet_guest_mem_t guest_mem;
		zx_packet_guest_io_t guest_io;
		zx_packet_guest_vcpu_t guest_vcpu;
		zx_packet_interrupt_t interrupt;
		zx_packet_page_request_t page_request;
	};
} zx_port_packet_t;

ZX_STATIC_ASSERT(sizeof(zx_packet_user_t) == 32);
ZX_STATIC_ASSERT(sizeof(zx_packet_signal_t) == 32);
ZX_STATIC_ASSERT(offsetof(zx_packet_signal_t, observed) == 4);
ZX_STATIC_ASSERT(offsetof(zx_packet_signal_t, count) == 8);
ZX_STATIC_ASSERT(offsetof(zx_packet_signal_t, timestamp) == 16);
ZX_STATIC_ASSERT(sizeof(zx_packet_guest_bell_t) == 32);
ZX_STATIC_ASSERT(sizeof(zx_packet_guest_mem_t) == 32);
ZX_STATIC_ASSERT(sizeof(zx_packet_guest_io_t) == 32);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_io_t, access_size) == 2);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_io_t, input) == 3);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_io_t, data) == 4);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_io_t, reserved0) == 8);
ZX_STATIC_ASSERT(sizeof(zx_packet_guest_vcpu_t) == 32);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_vcpu_t, interrupt) == 8);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_vcpu_interrupt_t, vector) == 8);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_vcpu_t, startup) == 8);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_vcpu_startup_t, entry) == 8);
ZX_STATIC_ASSERT(offsetof(zx_packet_guest_vcpu_t, reserved) == 24);
ZX_STATIC_ASSERT(sizeof(zx_packet_interrupt_t) == 32);
ZX_STATIC_ASSERT(sizeof(zx_packet_page_request_t) == 32);
ZX_STATIC_ASSERT(sizeof(zx_port_packet_t) == 48);
ZX_STATIC_ASSERT(offsetof(zx_port_packet_t, type) == 8);
ZX_STATIC_ASSERT(offsetof(zx_port_packet_t, status) == 12);
ZX_STATIC_ASSERT(offsetof(zx_port_packet_t, user) == 16);
ZX_STATIC_ASSERT(offsetof(zx_port_packet_t, guest_vcpu) == 16);

__END_CDECLS

#endif /* ZIRCON_SYSCALLS_PORT_H_ */
