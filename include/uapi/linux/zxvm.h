/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The wire between /dev/zxvm and user space: ioctls, structures, constants.
 *
 * Every object (guest, guest-physical VMAR, VCPU, port) is a file, and every
 * file is a handle: an object and a set of rights. Structures that Zircon
 * programs see have Zircon's layout to the byte. Unknown bits in a flags or
 * options word are refused with EINVAL, and so are nonzero reserved words.
 */
#ifndef _UAPI_LINUX_ZXVM_H
#define _UAPI_LINUX_ZXVM_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Grows when an ioctl or a bit is added; nothing is ever taken away. */
#define ZXVM_ABI_VERSION		2

/*
 * Errors
 *
 * An ioctl returns 0 or fails with an errno. The table below gives every
 * errno that zxvm itself returns its zx_status_t; any other errno stands for
 * ZX_ERR_INTERNAL, so the way from errno to status is total. X(errno, status
 * name without ZX_, status number)
 */
#define ZXVM_ERRNO_TABLE(X) \
	X(EOPNOTSUPP,	ERR_NOT_SUPPORTED,	-2) \
	X(ENOSYS,	ERR_NOT_SUPPORTED,	-2) \
	X(ENODEV,	ERR_NOT_SUPPORTED,	-2) \
	X(ENXIO,	ERR_NOT_SUPPORTED,	-2) \
	X(ENOSPC,	ERR_NO_RESOURCES,	-3) \
	X(EMFILE,	ERR_NO_RESOURCES,	-3) \
	X(ENFILE,	ERR_NO_RESOURCES,	-3) \
	X(ENOMEM,	ERR_NO_MEMORY,		-4) \
	X(EINTR,	ERR_INTERNAL_INTR_RETRY, -6) \
	X(EINVAL,	ERR_INVALID_ARGS,	-10) \
	X(EFAULT,	ERR_INVALID_ARGS,	-10) \
	X(EBADF,	ERR_BAD_HANDLE,		-11) \
	X(ENOTTY,	ERR_WRONG_TYPE,		-12) \
	X(ERANGE,	ERR_OUT_OF_RANGE,	-14) \
	X(ENOBUFS,	ERR_BUFFER_TOO_SMALL,	-15) \
	X(EBADFD,	ERR_BAD_STATE,		-20) \
	X(ETIMEDOUT,	ERR_TIMED_OUT,		-21) \
	X(EAGAIN,	ERR_SHOULD_WAIT,	-22) \
	X(ECANCELED,	ERR_CANCELED,		-23) \
	X(EPIPE,	ERR_PEER_CLOSED,	-24) \
	X(ENOENT,	ERR_NOT_FOUND,		-25) \
	X(EEXIST,	ERR_ALREADY_EXISTS,	-26) \
	X(EALREADY,	ERR_ALREADY_BOUND,	-27) \
	X(EBUSY,	ERR_UNAVAILABLE,	-28) \
	X(ESHUTDOWN,	ERR_UNAVAILABLE,	-28) \
	X(EACCES,	ERR_ACCESS_DENIED,	-30) \
	X(EPERM,	ERR_ACCESS_DENIED,	-30) \
	X(EIO,		ERR_IO,			-40) \
	X(EBADMSG,	ERR_IO_DATA_INTEGRITY,	-42) \
	X(EHOSTDOWN,	ERR_STOP,		-60)

/* Object types, as in zx_info_handle_basic_t */
#define ZXVM_OBJ_PORT			6
#define ZXVM_OBJ_VMAR			18
#define ZXVM_OBJ_GUEST			20
#define ZXVM_OBJ_VCPU			21

/* Rights */
#define ZXVM_RIGHT_DUPLICATE		(1u << 0)
#define ZXVM_RIGHT_TRANSFER		(1u << 1)
#define ZXVM_RIGHT_READ			(1u << 2)
#define ZXVM_RIGHT_WRITE		(1u << 3)
#define ZXVM_RIGHT_EXECUTE		(1u << 4)
#define ZXVM_RIGHT_SIGNAL		(1u << 12)
#define ZXVM_RIGHT_WAIT			(1u << 14)
#define ZXVM_RIGHT_INSPECT		(1u << 15)
#define ZXVM_RIGHT_MANAGE_THREAD	(1u << 18)
#define ZXVM_RIGHT_OP_CHILDREN		(1u << 21)
/* For duplicate and replace: the rights that the handle has now */
#define ZXVM_RIGHT_SAME			(1u << 31)

#define ZXVM_DEFAULT_GUEST_RIGHTS	0x0004800bu
#define ZXVM_DEFAULT_VMAR_RIGHTS	0x0020801fu
#define ZXVM_DEFAULT_VCPU_RIGHTS	0x0000d01fu
#define ZXVM_DEFAULT_PORT_RIGHTS	0x0000800fu

/* Trap kinds */
#define ZXVM_TRAP_BELL			0
#define ZXVM_TRAP_MEM			1
#define ZXVM_TRAP_IO			2	/* x86 only, else EOPNOTSUPP */

/* Packet types, and the sub-types of ZXVM_PKT_GUEST_VCPU */
#define ZXVM_PKT_USER			0
#define ZXVM_PKT_GUEST_BELL		3
#define ZXVM_PKT_GUEST_MEM		4
#define ZXVM_PKT_GUEST_IO		5
#define ZXVM_PKT_GUEST_VCPU		6

#define ZXVM_PKT_VCPU_INTERRUPT		0
#define ZXVM_PKT_VCPU_STARTUP		1

/* State kinds of READ_STATE and WRITE_STATE */
#define ZXVM_VCPU_STATE			0
#define ZXVM_VCPU_IO			1

/* Limits */
#define ZXVM_MAX_VCPUS			64	/* of one guest */
#define ZXVM_MAX_VECTORS		256	/* of one VCPU, no irqchip */
#define ZXVM_BELL_PACKETS		256	/* queued of one trap */
#define ZXVM_USER_PACKETS		4096	/* queued on one port */
#define ZXVM_TRAP_ALIGN			4096

/*
 * Flags of a mapping: ZX_VM_*. The map call takes all of them, the protect
 * call takes the three permissions.
 */
#define ZXVM_VM_PERM_READ		(1u << 0)
#define ZXVM_VM_PERM_WRITE		(1u << 1)
#define ZXVM_VM_PERM_EXECUTE		(1u << 2)
#define ZXVM_VM_SPECIFIC		(1u << 4)
#define ZXVM_VM_SPECIFIC_OVERWRITE	(1u << 5)
#define ZXVM_VM_MAP_RANGE		(1u << 10)

/* Flags of the io arm: INS or OUTS; addresses go down, RFLAGS.DF is set */
#define ZXVM_IO_STRING			(1u << 0)
#define ZXVM_IO_DOWN			(1u << 1)

/*
 * struct zxvm_packet: what happened
 * @key: the trap's key, the user packet's key, else 0
 * @type: ZXVM_PKT_*
 * @status: 0 but in user packets
 *
 * The same 48 bytes as zx_port_packet_t. Unused bytes are zero.
 *
 * An io packet with %ZXVM_IO_STRING in @flags asks for @count elements of
 * @access_size bytes: the first is at guest-physical @address, each other one
 * follows it, or precedes it with %ZXVM_IO_DOWN, in the same page. An element
 * that goes on in another page comes alone, and its rest begins at @next. The
 * guest's registers have counted these elements already.
 */
struct zxvm_packet {
	__u64 key;
	__u32 type;
	__s32 status;
	union {
		__u8 user[32];
		struct {
			__u64 addr;
			__u64 reserved[3];
		} bell;
		struct {
			__u64 addr;
			__u8 access_size;	/* 1, 2, 4 or 8 */
			__u8 sign_extend;
			__u8 xt;		/* 31 is XZR */
			__u8 read;
			__u8 pad[4];
			__u64 data;		/* all of Xt for a store */
			__u64 reserved;
		} mem_arm64;
		struct {
			__u64 addr;
			__u64 cr3;
			__u64 rip;
			__u8 instruction_size;
			__u8 default_operand_size;
			__u8 reserved[6];
		} mem_x86;
		struct {
			__u16 port;
			__u8 access_size;
			__u8 input;
			__u32 data;
			__u64 address;	/* this and below: INS and OUTS alone */
			__u64 next;
			__u32 count;
			__u32 flags;
		} io;
		struct {
			__u32 type;
			__u32 pad;
			union {
				struct {
					__u64 mask;
					__u8 vector;
					__u8 pad[7];
				} interrupt;
				struct {
					__u64 id;
					__u64 entry;
				} startup;
			} u;
			__u64 reserved;
		} vcpu;
	} u;
};

/* The register state of READ_STATE and WRITE_STATE, kind ZXVM_VCPU_STATE */
struct zxvm_vcpu_state_arm64 {
	__u64 x[31];
	__u64 sp;		/* SP_EL1 */
	__u32 cpsr;		/* N, Z, C and V alone */
	__u32 pad;
};

struct zxvm_vcpu_state_x86 {
	__u64 rax;
	__u64 rcx;
	__u64 rdx;
	__u64 rbx;
	__u64 rsp;
	__u64 rbp;
	__u64 rsi;
	__u64 rdi;
	__u64 r8;
	__u64 r9;
	__u64 r10;
	__u64 r11;
	__u64 r12;
	__u64 r13;
	__u64 r14;
	__u64 r15;
	__u64 rflags;
};

/* Kind ZXVM_VCPU_IO: the result of an IN instruction */
struct zxvm_vcpu_io {
	__u8 access_size;	/* 1, 2 or 4 */
	__u8 pad[3];
	__u8 data[4];
};

/* Why the last enter came back, in struct zxvm_vcpu_page */
#define ZXVM_EXIT_NONE			0	/* not entered yet */
#define ZXVM_EXIT_PACKET		1
#define ZXVM_EXIT_KICK			2
#define ZXVM_EXIT_CPU_OFF		3
#define ZXVM_EXIT_SYSTEM_OFF		4
#define ZXVM_EXIT_SYSTEM_RESET		5
#define ZXVM_EXIT_ERROR			6	/* see @error */

/* Bits of @valid and @dirty in struct zxvm_vcpu_page */
#define ZXVM_PAGE_SP			(1u << 0)
#define ZXVM_PAGE_FLAGS			(1u << 1)
#define ZXVM_PAGE_INTERRUPT		(1u << 2)	/* of @dirty alone */

/*
 * struct zxvm_vcpu_page: one page per VCPU, by mmap of the VCPU's file at
 * offset 0, shared (PROT_READ takes the right READ, PROT_WRITE takes WRITE)
 * @packet: the packet of the last enter that returned one
 * @exit: ZXVM_EXIT_*: what the last enter came back with
 * @error: the errno of the last enter, 0 for a packet
 * @valid: the words outside the general registers that are up to date:
 *	ZXVM_PAGE_SP and ZXVM_PAGE_FLAGS. The general registers always are
 *	while the owner thread is not inside enter
 * @dirty: the words that the next enter takes over; it clears them
 * @interrupt: with ZXVM_PAGE_INTERRUPT: the next enter makes it pending before
 *	the guest runs, as ZXVM_VCPU_INTERRUPT would
 * @arm64, @x86: the register state. The general registers live here: what is
 *	stored is what the guest runs with
 *
 * Only the owner thread may rely on it, and only between two enters. Whatever
 * another thread stores here while the guest runs reaches the guest or does
 * not, and harms nobody but the guest.
 */
struct zxvm_vcpu_page {
	struct zxvm_packet packet;
	__u32 exit;
	__u32 error;
	__u32 valid;
	__u32 dirty;
	__u32 interrupt;
	__u32 reserved[15];
	union {
		struct zxvm_vcpu_state_arm64 arm64;
		struct zxvm_vcpu_state_x86 x86;
	} state;
};

#define ZXVM_VCPU_PAGE_SIZE		4096

/* Options of ZXVM_GUEST_CREATE */
#define ZXVM_GUEST_IRQCHIP		(1u << 0)

/* Bits of struct zxvm_features.features */
#define ZXVM_FEATURE_IRQCHIP		(1ull << 0)
#define ZXVM_FEATURE_FP			(1ull << 1)
#define ZXVM_FEATURE_AARCH32_EL0	(1ull << 2)
#define ZXVM_FEATURE_BLOCK_2M		(1ull << 3)
#define ZXVM_FEATURE_TLB_RANGE		(1ull << 4)
#define ZXVM_FEATURE_BLOCK_1G		(1ull << 5)
#define ZXVM_FEATURE_XSAVE		(1ull << 6)	/* AVX and the like */
#define ZXVM_FEATURE_NEXT_RIP		(1ull << 7)	/* the CPU tells lengths */
#define ZXVM_FEATURE_STABLE_CLOCK	(1ull << 8)	/* pvclock's stable flag */

/* Values of struct zxvm_features.backend */
#define ZXVM_BACKEND_NONE		0
#define ZXVM_BACKEND_ARM64_VHE		1
#define ZXVM_BACKEND_ARM64_NVHE		2
#define ZXVM_BACKEND_VMX		3
#define ZXVM_BACKEND_SVM		4

/*
 * ZXVM_GET_FEATURES on /dev/zxvm: what this host has
 * @version: ZXVM_ABI_VERSION of the module
 * @backend: ZXVM_BACKEND_*
 * @features: ZXVM_FEATURE_*
 * @max_vcpus: of one guest
 * @address_bits: size of the guest-physical address space, in bits
 * @vmid_bits: size of the TLB tag of a guest (VMID, VPID, ASID), in bits
 * @list_registers: interrupts that the hardware holds at once
 * @hardware: what the CPU has, in its own terms; 0 on arm64. VMX: the bits
 *	that may be set in the controls: pin-based (low half) and primary
 *	(high half); secondary; VM-exit (low) and VM-entry (high); then
 *	IA32_VMX_EPT_VPID_CAP. SVM: CPUID Fn8000_000A EAX (low) and EDX (high)
 */
struct zxvm_features {
	__u32 version;
	__u32 backend;
	__u64 features;
	__u32 max_vcpus;
	__u32 address_bits;
	__u32 vmid_bits;
	__u32 list_registers;
	__u64 hardware[4];
};

/*
 * ZXVM_GUEST_CREATE on /dev/zxvm
 * @options: 0, or ZXVM_GUEST_IRQCHIP: the interrupt controller and, on arm64,
 *	PSCI 1.0 are emulated in the kernel
 * @irqchip_lines: arm64: shared lines (SPIs) of the irqchip, a multiple of 32
 *	up to 960; 0 for 224. x86: pins of the I/O APIC, 24; 0 for 24
 * @irqchip_base: x86: zero. arm64: addresses of the GICD frame (64 KiB) and of the first
 *	GICR frame (128 KiB for each possible VCPU), both 64 KiB aligned; 0 for
 *	0x800000000 and 0x800010000. Zero without ZXVM_GUEST_IRQCHIP
 * @guest, @vmar: out: the new files, close-on-exec
 */
struct zxvm_guest_create {
	__u32 options;
	__u32 irqchip_lines;
	__u64 irqchip_base[2];
	__s32 guest;
	__s32 vmar;
	__u64 reserved[2];
};

/* ZXVM_PORT_CREATE on /dev/zxvm; @options must be 0 or 1 */
struct zxvm_port_create {
	__u32 options;
	__s32 port;		/* out */
};

/* ZXVM_HANDLE_INFO on any handle; needs no right */
struct zxvm_handle_info {
	__u64 koid;
	__u64 related_koid;	/* VCPU and VMAR: the guest's; else 0 */
	__u32 type;		/* ZXVM_OBJ_* */
	__u32 rights;
	__u64 reserved;
};

/*
 * ZXVM_HANDLE_DUPLICATE and ZXVM_HANDLE_REPLACE on any handle
 * @rights: a subset of the handle's, or ZXVM_RIGHT_SAME
 * @fd: out of duplicate: the new file, close-on-exec. Replace changes the
 *	rights of the very file that it is called on and leaves @fd alone
 */
struct zxvm_handle_rights {
	__u32 rights;
	__s32 fd;
};

/*
 * ZXVM_GUEST_SET_TRAP on a guest
 * @kind: ZXVM_TRAP_*
 * @port: the port's file for ZXVM_TRAP_BELL, else -1
 */
struct zxvm_trap_args {
	__u32 kind;
	__s32 port;
	__u64 addr;
	__u64 size;
	__u64 key;
};

/* ZXVM_GUEST_SET_LINE on a guest with an irqchip: a level-triggered input */
struct zxvm_line {
	__u32 line;		/* INTID of an SPI, 32 and up; I/O APIC's pin */
	__u32 level;		/* 0 or 1 */
};

/* Flags of ZXVM_GUEST_IRQFD */
#define ZXVM_IRQFD_DEASSIGN		(1u << 0)
#define ZXVM_IRQFD_RESAMPLE		(1u << 1)	/* x86 only */

/*
 * ZXVM_GUEST_IRQFD on a guest with an irqchip: each signal of @eventfd pulses
 * @line, from any context and without a thread
 * @flags: 0; ZXVM_IRQFD_DEASSIGN: not any more; ZXVM_IRQFD_RESAMPLE: each
 *	signal asserts @line until the guest has ended the interrupt, and
 *	@resamplefd is signalled then
 * @resamplefd: an eventfd; 0 without ZXVM_IRQFD_RESAMPLE
 */
struct zxvm_irqfd {
	__s32 eventfd;
	__u32 line;
	__u32 flags;
	__s32 resamplefd;
};

/*
 * ZXVM_GUEST_MSI on a guest with an irqchip, x86 only: a message-signalled
 * interrupt, as a device writes it
 */
struct zxvm_msi {
	__u64 address;
	__u32 data;
	__u32 flags;		/* 0 */
};

/*
 * ZXVM_VCPU_CREATE on a guest: binds the new VCPU to the calling thread
 * @options: 0
 * @vcpu: out: the new file, close-on-exec
 * @entry: the first PC; x86: that of VCPU 0, in 64-bit mode; the others start
 *	in real mode with @entry as the base of CS
 */
struct zxvm_vcpu_create {
	__u32 options;
	__s32 vcpu;
	__u64 entry;
};

/* ZXVM_VCPU_READ_STATE and ZXVM_VCPU_WRITE_STATE on a VCPU */
struct zxvm_vcpu_rw_state {
	__u32 kind;		/* ZXVM_VCPU_STATE or ZXVM_VCPU_IO */
	__u32 size;		/* exactly the size of the structure */
	__u64 buffer;		/* its address */
};

#define ZXVM_VCPU_KICKED		(1u << 0)

/* ZXVM_VCPU_INFO on a VCPU: ZX_INFO_VCPU and the VCPU's number in its guest */
struct zxvm_vcpu_info {
	__u32 flags;		/* ZXVM_VCPU_KICKED while a kick is pending */
	__u32 index;		/* 0 is the boot VCPU */
};

/*
 * ZXVM_VMAR_MAP on a guest's VMAR
 * @flags: ZXVM_VM_*
 * @offset: the guest-physical address with SPECIFIC, else 0
 * @address: the user memory, page aligned, of the process that created the
 *	guest
 * @size: in bytes, rounded up to a page
 * @mapped: out: the guest-physical address
 */
struct zxvm_vmar_map {
	__u32 flags;
	__u32 reserved;
	__u64 offset;
	__u64 address;
	__u64 size;
	__u64 mapped;
};

/* ZXVM_VMAR_UNMAP (@flags 0), ZXVM_VMAR_PROTECT (@flags: the permissions) */
struct zxvm_vmar_range {
	__u32 flags;
	__u32 reserved;
	__u64 address;
	__u64 size;
};

/* ZXVM_VMAR_INFO: ZX_INFO_VMAR */
struct zxvm_vmar_info {
	__u64 base;
	__u64 size;
};

/*
 * ZXVM_PORT_WAIT on a port
 * @deadline: CLOCK_MONOTONIC, in ns; INT64_MAX waits for ever, the past never
 */
struct zxvm_port_wait {
	__s64 deadline;
	struct zxvm_packet packet;	/* out */
};

/*
 * ZXVM_PORT_CANCEL on a port: takes back queued packets with this key
 * @source: a guest's file: its bells alone; -1: packets of every source
 */
struct zxvm_port_cancel {
	__s32 source;
	__u32 reserved;
	__u64 key;
};

#define ZXVM_IOC			0xB8

#define ZXVM_GET_FEATURES	_IOR(ZXVM_IOC, 0x00, struct zxvm_features)
#define ZXVM_GUEST_CREATE	_IOWR(ZXVM_IOC, 0x01, struct zxvm_guest_create)
#define ZXVM_PORT_CREATE	_IOWR(ZXVM_IOC, 0x02, struct zxvm_port_create)

#define ZXVM_HANDLE_INFO	_IOR(ZXVM_IOC, 0x10, struct zxvm_handle_info)
#define ZXVM_HANDLE_DUPLICATE	_IOWR(ZXVM_IOC, 0x11, struct zxvm_handle_rights)
#define ZXVM_HANDLE_REPLACE	_IOW(ZXVM_IOC, 0x12, struct zxvm_handle_rights)

#define ZXVM_GUEST_SET_TRAP	_IOW(ZXVM_IOC, 0x20, struct zxvm_trap_args)
#define ZXVM_VCPU_CREATE	_IOWR(ZXVM_IOC, 0x21, struct zxvm_vcpu_create)
#define ZXVM_GUEST_SET_LINE	_IOW(ZXVM_IOC, 0x22, struct zxvm_line)
#define ZXVM_GUEST_IRQFD	_IOW(ZXVM_IOC, 0x23, struct zxvm_irqfd)
#define ZXVM_GUEST_MSI		_IOW(ZXVM_IOC, 0x24, struct zxvm_msi)

/* The argument of ENTER may be NULL: the packet is in the VCPU page then */
#define ZXVM_VCPU_ENTER		_IOR(ZXVM_IOC, 0x30, struct zxvm_packet)
#define ZXVM_VCPU_KICK		_IO(ZXVM_IOC, 0x31)
/* The argument of INTERRUPT is the vector itself */
#define ZXVM_VCPU_INTERRUPT	_IO(ZXVM_IOC, 0x32)
#define ZXVM_VCPU_READ_STATE	_IOW(ZXVM_IOC, 0x33, struct zxvm_vcpu_rw_state)
#define ZXVM_VCPU_WRITE_STATE	_IOW(ZXVM_IOC, 0x34, struct zxvm_vcpu_rw_state)
#define ZXVM_VCPU_INFO		_IOR(ZXVM_IOC, 0x35, struct zxvm_vcpu_info)

#define ZXVM_VMAR_MAP		_IOWR(ZXVM_IOC, 0x40, struct zxvm_vmar_map)
#define ZXVM_VMAR_UNMAP		_IOW(ZXVM_IOC, 0x41, struct zxvm_vmar_range)
#define ZXVM_VMAR_PROTECT	_IOW(ZXVM_IOC, 0x42, struct zxvm_vmar_range)
#define ZXVM_VMAR_INFO		_IOR(ZXVM_IOC, 0x43, struct zxvm_vmar_info)

#define ZXVM_PORT_QUEUE		_IOW(ZXVM_IOC, 0x50, struct zxvm_packet)
#define ZXVM_PORT_WAIT		_IOWR(ZXVM_IOC, 0x51, struct zxvm_port_wait)
#define ZXVM_PORT_CANCEL	_IOW(ZXVM_IOC, 0x52, struct zxvm_port_cancel)

#ifdef __cplusplus
#define ZXVM_STATIC_ASSERT(x) static_assert(x, #x)
#else
#define ZXVM_STATIC_ASSERT(x) _Static_assert(x, #x)
#endif

#define ZXVM_OFFSET(type, member) __builtin_offsetof(struct type, member)

ZXVM_STATIC_ASSERT(sizeof(struct zxvm_packet) == 48);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, key) == 0);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, type) == 8);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, status) == 12);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u) == 16);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.bell.addr) == 16);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.mem_arm64.addr) == 16);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.mem_arm64.access_size) == 24);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.mem_arm64.sign_extend) == 25);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.mem_arm64.xt) == 26);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.mem_arm64.read) == 27);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.mem_arm64.data) == 32);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.mem_x86.addr) == 16);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.mem_x86.cr3) == 24);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.mem_x86.rip) == 32);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.mem_x86.instruction_size) == 40);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet,
			       u.mem_x86.default_operand_size) == 41);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.io.port) == 16);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.io.access_size) == 18);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.io.input) == 19);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.io.data) == 20);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.io.address) == 24);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.io.flags) == 44);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.vcpu.type) == 16);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.vcpu.u.interrupt.mask) == 24);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.vcpu.u.interrupt.vector) == 32);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.vcpu.u.startup.id) == 24);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_packet, u.vcpu.u.startup.entry) == 32);
ZXVM_STATIC_ASSERT(sizeof(struct zxvm_vcpu_state_arm64) == 264);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_vcpu_state_arm64, sp) == 248);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_vcpu_state_arm64, cpsr) == 256);
ZXVM_STATIC_ASSERT(sizeof(struct zxvm_vcpu_state_x86) == 136);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_vcpu_state_x86, rsp) == 32);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_vcpu_state_x86, r8) == 64);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_vcpu_state_x86, rflags) == 128);
ZXVM_STATIC_ASSERT(sizeof(struct zxvm_vcpu_io) == 8);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_vcpu_io, data) == 4);
ZXVM_STATIC_ASSERT(ZXVM_OFFSET(zxvm_vcpu_page, state) == 128);

#endif /* _UAPI_LINUX_ZXVM_H */
