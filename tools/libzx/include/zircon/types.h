/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Zircon's basic types, times, signals and mapping options. */
#ifndef ZIRCON_TYPES_H_
#define ZIRCON_TYPES_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zircon/compiler.h>
#include <zircon/errors.h>
#include <zircon/limits.h>
#include <zircon/rights.h>

typedef int32_t zx_status_t;

/* A handle; zero is none. The low two bits of every other handle are set */
typedef uint32_t zx_handle_t;
#define ZX_HANDLE_INVALID		((zx_handle_t)0)
#define ZX_HANDLE_FIXED_BITS_MASK	((zx_handle_t)0x3)

/* The number of a kernel object */
typedef uint64_t zx_koid_t;
#define ZX_KOID_INVALID			((uint64_t)0)
#define ZX_KOID_KERNEL			((uint64_t)1)
#define ZX_KOID_FIRST			((uint64_t)1024)

typedef uint32_t zx_obj_type_t;

/* Times and durations, in nanoseconds */
typedef int64_t zx_time_t;
typedef int64_t zx_duration_t;
typedef int64_t zx_ticks_t;
typedef int64_t zx_instant_mono_t;
typedef int64_t zx_duration_mono_t;
typedef int64_t zx_instant_mono_ticks_t;

#define ZX_TIME_INFINITE		INT64_MAX
#define ZX_TIME_INFINITE_PAST		INT64_MIN

#define ZX_NSEC(n)	((zx_duration_t)(1LL * (n)))
#define ZX_USEC(n)	((zx_duration_t)(1000LL * (n)))
#define ZX_MSEC(n)	((zx_duration_t)(1000000LL * (n)))
#define ZX_SEC(n)	((zx_duration_t)(1000000000LL * (n)))
#define ZX_MIN(n)	(ZX_SEC(n) * 60LL)
#define ZX_HOUR(n)	(ZX_MIN(n) * 60LL)

/* Addresses: of this process, of the machine, of a guest */
typedef uintptr_t zx_vaddr_t;
typedef uintptr_t zx_paddr_t;
typedef uint64_t zx_gpaddr_t;
typedef uint64_t zx_off_t;

/* Options of a mapping or region */
typedef uint32_t zx_vm_option_t;
#define ZX_VM_PERM_READ			((zx_vm_option_t)1u << 0)
#define ZX_VM_PERM_WRITE		((zx_vm_option_t)1u << 1)
#define ZX_VM_PERM_EXECUTE		((zx_vm_option_t)1u << 2)
#define ZX_VM_COMPACT			((zx_vm_option_t)1u << 3)
#define ZX_VM_SPECIFIC			((zx_vm_option_t)1u << 4)
#define ZX_VM_SPECIFIC_OVERWRITE	((zx_vm_option_t)1u << 5)
#define ZX_VM_CAN_MAP_SPECIFIC		((zx_vm_option_t)1u << 6)
#define ZX_VM_CAN_MAP_READ		((zx_vm_option_t)1u << 7)
#define ZX_VM_CAN_MAP_WRITE		((zx_vm_option_t)1u << 8)
#define ZX_VM_CAN_MAP_EXECUTE		((zx_vm_option_t)1u << 9)
#define ZX_VM_MAP_RANGE			((zx_vm_option_t)1u << 10)
#define ZX_VM_REQUIRE_NON_RESIZABLE	((zx_vm_option_t)1u << 11)
#define ZX_VM_ALLOW_FAULTS		((zx_vm_option_t)1u << 12)
#define ZX_VM_OFFSET_IS_UPPER_LIMIT	((zx_vm_option_t)1u << 13)
#define ZX_VM_PERM_READ_IF_XOM_UNSUPPORTED ((zx_vm_option_t)1u << 14)
#define ZX_VM_FAULT_BEYOND_STREAM_SIZE	((zx_vm_option_t)1u << 15)

/* The alignment asked for: its log2, in the top byte */
#define ZX_VM_ALIGN_BASE		24
#define ZX_VM_ALIGN_1KB			((zx_vm_option_t)10u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_2KB			((zx_vm_option_t)11u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_4KB			((zx_vm_option_t)12u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_8KB			((zx_vm_option_t)13u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_16KB		((zx_vm_option_t)14u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_32KB		((zx_vm_option_t)15u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_64KB		((zx_vm_option_t)16u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_128KB		((zx_vm_option_t)17u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_256KB		((zx_vm_option_t)18u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_512KB		((zx_vm_option_t)19u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_1MB			((zx_vm_option_t)20u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_2MB			((zx_vm_option_t)21u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_4MB			((zx_vm_option_t)22u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_8MB			((zx_vm_option_t)23u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_16MB		((zx_vm_option_t)24u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_32MB		((zx_vm_option_t)25u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_64MB		((zx_vm_option_t)26u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_128MB		((zx_vm_option_t)27u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_256MB		((zx_vm_option_t)28u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_512MB		((zx_vm_option_t)29u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_1GB			((zx_vm_option_t)30u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_2GB			((zx_vm_option_t)31u << ZX_VM_ALIGN_BASE)
#define ZX_VM_ALIGN_4GB			((zx_vm_option_t)32u << ZX_VM_ALIGN_BASE)

/* Options of zx_vmo_create */
#define ZX_VMO_RESIZABLE		((uint32_t)1u << 1)
#define ZX_VMO_DISCARDABLE		((uint32_t)1u << 2)
#define ZX_VMO_TRAP_DIRTY		((uint32_t)1u << 3)
#define ZX_VMO_UNBOUNDED		((uint32_t)1u << 4)

/* What zx_vmo_op_range does */
#define ZX_VMO_OP_COMMIT		((uint32_t)1u)
#define ZX_VMO_OP_DECOMMIT		((uint32_t)2u)
#define ZX_VMO_OP_LOCK			((uint32_t)3u)
#define ZX_VMO_OP_UNLOCK		((uint32_t)4u)
#define ZX_VMO_OP_CACHE_SYNC		((uint32_t)6u)
#define ZX_VMO_OP_CACHE_INVALIDATE	((uint32_t)7u)
#define ZX_VMO_OP_CACHE_CLEAN		((uint32_t)8u)
#define ZX_VMO_OP_CACHE_CLEAN_INVALIDATE ((uint32_t)9u)
#define ZX_VMO_OP_ZERO			((uint32_t)10u)
#define ZX_VMO_OP_TRY_LOCK		((uint32_t)11u)
#define ZX_VMO_OP_DONT_NEED		((uint32_t)12u)
#define ZX_VMO_OP_ALWAYS_NEED		((uint32_t)13u)
#define ZX_VMO_OP_PREFETCH		((uint32_t)14u)

/* What zx_vmar_op_range does */
#define ZX_VMAR_OP_COMMIT		((uint32_t)1u)
#define ZX_VMAR_OP_DECOMMIT		((uint32_t)2u)
#define ZX_VMAR_OP_MAP_RANGE		((uint32_t)3u)
#define ZX_VMAR_OP_ZERO			((uint32_t)10u)
#define ZX_VMAR_OP_DONT_NEED		((uint32_t)12u)
#define ZX_VMAR_OP_ALWAYS_NEED		((uint32_t)13u)
#define ZX_VMAR_OP_PREFETCH		((uint32_t)14u)

/* Signals of an object */
typedef uint32_t zx_signals_t;
#define ZX_SIGNAL_NONE			((zx_signals_t)0u)
#define ZX_OBJECT_SIGNAL_3		((zx_signals_t)1u << 3)
#define ZX_OBJECT_SIGNAL_4		((zx_signals_t)1u << 4)
#define ZX_OBJECT_SIGNAL_5		((zx_signals_t)1u << 5)
#define ZX_EVENT_SIGNALED		ZX_OBJECT_SIGNAL_3
#define ZX_TASK_TERMINATED		ZX_OBJECT_SIGNAL_3
#define ZX_THREAD_TERMINATED		ZX_OBJECT_SIGNAL_3
#define ZX_THREAD_RUNNING		ZX_OBJECT_SIGNAL_4
#define ZX_THREAD_SUSPENDED		ZX_OBJECT_SIGNAL_5
#define ZX_USER_SIGNAL_0		((zx_signals_t)1u << 24)
#define ZX_USER_SIGNAL_1		((zx_signals_t)1u << 25)
#define ZX_USER_SIGNAL_2		((zx_signals_t)1u << 26)
#define ZX_USER_SIGNAL_3		((zx_signals_t)1u << 27)
#define ZX_USER_SIGNAL_4		((zx_signals_t)1u << 28)
#define ZX_USER_SIGNAL_5		((zx_signals_t)1u << 29)
#define ZX_USER_SIGNAL_6		((zx_signals_t)1u << 30)
#define ZX_USER_SIGNAL_7		((zx_signals_t)1u << 31)
#define ZX_USER_SIGNAL_ALL		((zx_signals_t)0xff000000u)

ZX_STATIC_ASSERT(sizeof(zx_status_t) == 4);
ZX_STATIC_ASSERT(sizeof(zx_handle_t) == 4);
ZX_STATIC_ASSERT(sizeof(void *) == 8);
ZX_STATIC_ASSERT(ZX_DEFAULT_GUEST_RIGHTS == 0x4800b);
ZX_STATIC_ASSERT(ZX_DEFAULT_VCPU_RIGHTS == 0xd01f);
ZX_STATIC_ASSERT(ZX_DEFAULT_PORT_RIGHTS == 0x800f);

#endif /* ZIRCON_TYPES_H_ */
