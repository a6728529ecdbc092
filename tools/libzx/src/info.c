// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What can be asked about objects, and their names. */
#include <pthread.h>
#include <string.h>

#include "vmar.h"

static pthread_mutex_t name_lock = PTHREAD_MUTEX_INITIALIZER;

union record {
	zx_info_handle_basic_t basic;
	zx_info_vmar_t vmar;
	zx_info_vcpu_t vcpu;
};

static zx_status_t check(const struct handle *slot, zx_obj_type_t type)
{
	if (slot->object->type != type)
		return ZX_ERR_WRONG_TYPE;
	return slot->rights & ZX_RIGHT_INSPECT ? ZX_OK : ZX_ERR_ACCESS_DENIED;
}

static zx_status_t vcpu_info(const struct handle *slot, zx_info_vcpu_t *info)
{
	struct zxvm_vcpu_info arg;
	zx_status_t status = zxvm_ioctl(slot->fd, ZXVM_VCPU_INFO, &arg);

	if (status == ZX_OK)
		info->flags = arg.flags & ZXVM_VCPU_KICKED ?
			      ZX_INFO_VCPU_FLAG_KICKED : 0;
	return status;
}

static zx_status_t fill(const struct handle *slot, uint32_t topic,
			union record *record, size_t *size)
{
	zx_status_t status;

	switch (topic) {
	case ZX_INFO_HANDLE_VALID:
		*size = 0;
		return ZX_OK;
	case ZX_INFO_HANDLE_BASIC:
		*size = sizeof(record->basic);
		record->basic.koid = slot->object->koid;
		record->basic.rights = slot->rights;
		record->basic.type = slot->object->type;
		record->basic.related_koid = slot->object->related_koid;
		return ZX_OK;
	case ZX_INFO_VMAR:
		*size = sizeof(record->vmar);
		status = check(slot, ZX_OBJ_TYPE_VMAR);
		return status == ZX_OK ? vmar_info(slot, &record->vmar) :
					 status;
	case ZX_INFO_VCPU:
		*size = sizeof(record->vcpu);
		status = check(slot, ZX_OBJ_TYPE_VCPU);
		return status == ZX_OK ? vcpu_info(slot, &record->vcpu) :
					 status;
	default:
		return ZX_ERR_NOT_SUPPORTED;
	}
}

EXPORT zx_status_t zx_object_get_info(zx_handle_t handle, uint32_t topic,
				      void *buffer, size_t buffer_size,
				      size_t *actual, size_t *avail)
{
	struct handle *slot = handle_get(handle);
	union record record;
	zx_status_t status;
	size_t size;
	bool fits;

	if (!slot)
		return ZX_ERR_BAD_HANDLE;
	memset(&record, 0, sizeof(record));
	status = fill(slot, topic, &record, &size);
	handle_put(slot);
	if (status != ZX_OK)
		return status;
	fits = buffer_size >= size;
	if (fits && size && !buffer)
		return ZX_ERR_INVALID_ARGS;
	if (fits && size)
		memcpy(buffer, &record, size);
	if (actual)
		*actual = fits && size ? 1 : 0;
	if (avail)
		*avail = size ? 1 : 0;
	return fits ? ZX_OK : ZX_ERR_BUFFER_TOO_SMALL;
}

static zx_status_t name_check(const struct handle *slot, zx_rights_t right,
			      uint32_t property, const void *value)
{
	if (!(slot->rights & right))
		return ZX_ERR_ACCESS_DENIED;
	if (property != ZX_PROP_NAME)
		return ZX_ERR_NOT_SUPPORTED;
	return value ? ZX_OK : ZX_ERR_INVALID_ARGS;
}

EXPORT zx_status_t zx_object_get_property(zx_handle_t handle,
					  uint32_t property, void *value,
					  size_t value_size)
{
	struct handle *slot = handle_get(handle);
	zx_status_t status;

	if (!slot)
		return ZX_ERR_BAD_HANDLE;
	status = name_check(slot, ZX_RIGHT_GET_PROPERTY, property, value);
	if (status == ZX_OK && value_size < ZX_MAX_NAME_LEN)
		status = ZX_ERR_BUFFER_TOO_SMALL;
	if (status == ZX_OK) {
		pthread_mutex_lock(&name_lock);
		memcpy(value, slot->object->name, ZX_MAX_NAME_LEN);
		pthread_mutex_unlock(&name_lock);
	}
	handle_put(slot);
	return status;
}

EXPORT zx_status_t zx_object_set_property(zx_handle_t handle,
					  uint32_t property,
					  const void *value,
					  size_t value_size)
{
	struct handle *slot = handle_get(handle);
	char name[ZX_MAX_NAME_LEN] = { 0 };
	zx_status_t status;

	if (!slot)
		return ZX_ERR_BAD_HANDLE;
	status = name_check(slot, ZX_RIGHT_SET_PROPERTY, property, value);
	if (status == ZX_OK) {
		if (value_size > sizeof(name) - 1)
			value_size = sizeof(name) - 1;
		memcpy(name, value, strnlen(value, value_size));
		pthread_mutex_lock(&name_lock);
		memcpy(slot->object->name, name, sizeof(name));
		pthread_mutex_unlock(&name_lock);
	}
	handle_put(slot);
	return status;
}
