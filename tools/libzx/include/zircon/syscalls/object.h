/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Object types, and the topics and records of zx_object_get_info. */
#ifndef ZIRCON_SYSCALLS_OBJECT_H_
#define ZIRCON_SYSCALLS_OBJECT_H_

#include <zircon/types.h>

__BEGIN_CDECLS

#define ZX_OBJ_TYPE_NONE		((zx_obj_type_t)0u)
#define ZX_OBJ_TYPE_PROCESS		((zx_obj_type_t)1u)
#define ZX_OBJ_TYPE_THREAD		((zx_obj_type_t)2u)
#define ZX_OBJ_TYPE_VMO			((zx_obj_type_t)3u)
#define ZX_OBJ_TYPE_CHANNEL		((zx_obj_type_t)4u)
#define ZX_OBJ_TYPE_EVENT		((zx_obj_type_t)5u)
#define ZX_OBJ_TYPE_PORT		((zx_obj_type_t)6u)
#define ZX_OBJ_TYPE_RESOURCE		((zx_obj_type_t)15u)
#define ZX_OBJ_TYPE_VMAR		((zx_obj_type_t)18u)
#define ZX_OBJ_TYPE_GUEST		((zx_obj_type_t)20u)
#define ZX_OBJ_TYPE_VCPU		((zx_obj_type_t)21u)

typedef uint32_t zx_object_info_topic_t;
#define ZX_INFO_NONE			((zx_object_info_topic_t)0u)
#define ZX_INFO_HANDLE_VALID		((zx_object_info_topic_t)1u)
#define ZX_INFO_HANDLE_BASIC		((zx_object_info_topic_t)2u)
#define ZX_INFO_VMAR			((zx_object_info_topic_t)7u)
#define ZX_INFO_VCPU			((zx_object_info_topic_t)32u)

/* ZX_INFO_HANDLE_BASIC */
typedef struct zx_info_handle_basic {
	zx_koid_t koid;
	zx_rights_t rights;
	zx_obj_type_t type;
	/* VCPU and guest VMAR: the guest; thread: the process; else 0 */
	zx_koid_t related_koid;
	uint32_t reserved;
	uint8_t padding1[4];
} zx_info_handle_basic_t;

ZX_STATIC_ASSERT(sizeof(zx_info_handle_basic_t) == 32);
ZX_STATIC_ASSERT(offsetof(zx_info_handle_basic_t, rights) == 8);
ZX_STATIC_ASSERT(offsetof(zx_info_handle_basic_t, type) == 12);
ZX_STATIC_ASSERT(offsetof(zx_info_handle_basic_t, related_koid) == 16);

/* ZX_INFO_VMAR */
typedef struct zx_info_vmar {
	uintptr_t base;
	size_t len;
} zx_info_vmar_t;

ZX_STATIC_ASSERT(sizeof(zx_info_vmar_t) == 16);

/* ZX_INFO_VCPU: KICKED while a kick waits for the next enter */
#define ZX_INFO_VCPU_FLAG_KICKED	((uint32_t)1u << 0)

typedef struct zx_info_vcpu {
	uint32_t flags;
} zx_info_vcpu_t;

ZX_STATIC_ASSERT(sizeof(zx_info_vcpu_t) == 4);

/* Properties */
#define ZX_PROP_NAME			((uint32_t)3u)

__END_CDECLS

#endif /* ZIRCON_SYSCALLS_OBJECT_H_ */
