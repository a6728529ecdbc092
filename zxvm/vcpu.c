// SPDX-License-Identifier: GPL-2.0
/*
 * The VCPU object: which thread owns it, its page, and the calls on it. The
 * run loop is in run.c.
 */
#include <linux/err.h>
#include <linux/hashtable.h>
#include <linux/mm.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "arch.h"
#include "compat.h"
#include "guest.h"
#include "trace.h"
#include "vcpu.h"

/* A thread owns at most one VCPU, over all guests. */
static DEFINE_HASHTABLE(owners, 8);
static DEFINE_MUTEX(owners_lock);

static struct zxvm_vcpu *to_vcpu(struct zxvm_object *obj)
{
	return container_of(obj, struct zxvm_vcpu, obj);
}

static bool owns_vcpu(struct task_struct *task)
{
	struct zxvm_vcpu *vcpu;

	lockdep_assert_held(&owners_lock);
	hash_for_each_possible(owners, vcpu, owner_node, (unsigned long)task)
		if (vcpu->owner == task)
			return true;
	return false;
}

static int claim_owner(struct zxvm_vcpu *vcpu)
{
	int ret = -EBADFD;

	mutex_lock(&owners_lock);
	if (!owns_vcpu(current)) {
		vcpu->owner = get_task_struct(current);
		hash_add(owners, &vcpu->owner_node, (unsigned long)current);
		ret = 0;
	}
	mutex_unlock(&owners_lock);
	return ret;
}

static void release_owner(struct zxvm_vcpu *vcpu)
{
	mutex_lock(&owners_lock);
	hash_del(&vcpu->owner_node);
	mutex_unlock(&owners_lock);
	put_task_struct(vcpu->owner);
}

/*
 * Registers are the owner thread's. Its memory must be the guest's, too: it
 * is not any more after an exec.
 */
static int check_owner(const struct zxvm_vcpu *vcpu)
{
	if (vcpu->owner != current || vcpu->guest->vmar->mm != current->mm)
		return -EBADFD;
	return 0;
}

/**
 * zxvm_vcpu_wake() - end the VCPU's sleep in enter, if it sleeps
 * @vcpu: the VCPU; what it waits for was made true before
 *
 * Context: any; does not sleep.
 */
void zxvm_vcpu_wake(struct zxvm_vcpu *vcpu)
{
	rcuwait_wake_up(&vcpu->wait);
}

/**
 * zxvm_vcpu_rouse() - have the VCPU look at what is pending, unless it runs
 * @vcpu: the VCPU; the interrupt or the kick was made pending before
 *
 * Wakes it if it sleeps. Otherwise it looks before it enters.
 *
 * Context: any; does not sleep.
 * Return: true if it runs the guest: its CPU has to be told.
 */
bool zxvm_vcpu_rouse(struct zxvm_vcpu *vcpu)
{
	/* Pairs with the barriers in run_irqoff() and sleep_until(). */
	smp_mb();
	if (rcuwait_active(&vcpu->wait))
		zxvm_vcpu_wake(vcpu);
	return READ_ONCE(vcpu->in_guest);
}

/**
 * zxvm_vcpu_notify() - make the VCPU look at its interrupts and its kick
 * @vcpu: the VCPU; the interrupt or the kick was made pending before
 *
 * As zxvm_vcpu_rouse(), and an exit if it runs the guest.
 *
 * Context: any; does not sleep.
 */
void zxvm_vcpu_notify(struct zxvm_vcpu *vcpu)
{
	if (zxvm_vcpu_rouse(vcpu))
		kick_process(vcpu->owner);
}

static int deliver(struct zxvm_vcpu *vcpu, struct zxvm_packet __user *packet)
{
	vcpu->undelivered = packet && copy_to_user(packet, &vcpu->exit.packet,
						   sizeof(*packet));
	if (vcpu->undelivered)
		return -EFAULT;
	vcpu->page->packet = vcpu->exit.packet;
	return 0;
}

static long vcpu_interrupt(struct zxvm_object *obj, unsigned long arg,
			   u32 rights)
{
	if (arg >= ZXVM_MAX_VECTORS)
		return -ERANGE;
	trace_zxvm_interrupt(to_vcpu(obj)->index, arg);
	return zxvm_arch_vcpu_interrupt(to_vcpu(obj), arg);
}

/* What the page has of registers is taken over, or overruled, by a call. */
static u32 clean_registers(struct zxvm_vcpu *vcpu)
{
	u32 dirty = READ_ONCE(vcpu->page->dirty);

	WRITE_ONCE(vcpu->page->dirty, dirty & ZXVM_PAGE_INTERRUPT);
	return dirty;
}

/* All that user space has put into the page, or nothing of it if that fails */
static int adopt_page(struct zxvm_vcpu *vcpu, u32 rights)
{
	struct zxvm_vcpu_page *page = vcpu->page;
	u32 dirty = READ_ONCE(page->dirty);
	int ret = 0;

	if (likely(!dirty))
		return 0;
	if (dirty & ZXVM_PAGE_INTERRUPT)
		ret = rights & ZXVM_RIGHT_SIGNAL ?
		      vcpu_interrupt(&vcpu->obj, READ_ONCE(page->interrupt),
				     rights) : -EACCES;
	if (ret) {
		vcpu->exit.reason = ZXVM_EXIT_ERROR;
		return ret;
	}
	WRITE_ONCE(page->dirty, 0);
	zxvm_arch_adopt_page(vcpu, dirty);
	return 0;
}

/*
 * A packet that could not be copied out is not lost: the next enter returns
 * it before the guest runs.
 */
static long vcpu_enter(struct zxvm_object *obj, unsigned long arg, u32 rights)
{
	struct zxvm_packet __user *packet = (void __user *)arg;
	struct zxvm_vcpu *vcpu = to_vcpu(obj);
	int ret;

	ret = check_owner(vcpu);
	if (ret)
		return ret;
	if (!vcpu->undelivered)
		ret = adopt_page(vcpu, rights) ?: zxvm_vcpu_run(vcpu);
	if (!ret)
		ret = deliver(vcpu, packet);
	if (ret != -ERESTARTNOINTR) {
		WRITE_ONCE(vcpu->page->exit, vcpu->exit.reason);
		WRITE_ONCE(vcpu->page->error, -ret);
	}
	trace_zxvm_enter_return(vcpu->index, ret, vcpu->exit.reason);
	return ret;
}

static long vcpu_kick(struct zxvm_object *obj, unsigned long arg, u32 rights)
{
	struct zxvm_vcpu *vcpu = to_vcpu(obj);

	WRITE_ONCE(vcpu->kicked, true);
	zxvm_vcpu_notify(vcpu);
	return 0;
}

static long vcpu_read_state(struct zxvm_object *obj, unsigned long arg,
			    u32 rights)
{
	struct zxvm_vcpu *vcpu = to_vcpu(obj);
	struct zxvm_vcpu_rw_state args;
	struct zxvm_arch_state state;
	int ret;

	if (copy_from_user(&args, (void __user *)arg, sizeof(args)))
		return -EFAULT;
	if (args.kind != ZXVM_VCPU_STATE || args.size != sizeof(state))
		return -EINVAL;
	ret = check_owner(vcpu);
	if (ret)
		return ret;
	memset(&state, 0, sizeof(state));
	zxvm_arch_adopt_page(vcpu, clean_registers(vcpu));
	zxvm_arch_read_state(vcpu, &state);
	return copy_to_user(u64_to_user_ptr(args.buffer), &state,
			    sizeof(state)) ? -EFAULT : 0;
}

static int write_state(struct zxvm_vcpu *vcpu,
		       const struct zxvm_vcpu_rw_state *args)
{
	struct zxvm_arch_state state;
	int ret;

	if (args->size != sizeof(state))
		return -EINVAL;
	if (copy_from_user(&state, u64_to_user_ptr(args->buffer),
			   sizeof(state)))
		return -EFAULT;
	ret = check_owner(vcpu);
	if (ret)
		return ret;
	clean_registers(vcpu);
	zxvm_arch_write_state(vcpu, &state);
	return 0;
}

static int write_io(struct zxvm_vcpu *vcpu,
		    const struct zxvm_vcpu_rw_state *args)
{
	struct zxvm_vcpu_io io;
	int ret;

	if (!ZXVM_ARCH_HAS_IO || args->size != sizeof(io))
		return -EINVAL;
	if (copy_from_user(&io, u64_to_user_ptr(args->buffer), sizeof(io)))
		return -EFAULT;
	ret = check_owner(vcpu);
	if (ret)
		return ret;
	return zxvm_arch_write_io(vcpu, &io);
}

static long vcpu_write_state(struct zxvm_object *obj, unsigned long arg,
			     u32 rights)
{
	struct zxvm_vcpu_rw_state args;

	if (copy_from_user(&args, (void __user *)arg, sizeof(args)))
		return -EFAULT;
	switch (args.kind) {
	case ZXVM_VCPU_STATE:
		return write_state(to_vcpu(obj), &args);
	case ZXVM_VCPU_IO:
		return write_io(to_vcpu(obj), &args);
	default:
		return -EINVAL;
	}
}

static long vcpu_info(struct zxvm_object *obj, unsigned long arg, u32 rights)
{
	struct zxvm_vcpu *vcpu = to_vcpu(obj);
	struct zxvm_vcpu_info info = {
		.flags = READ_ONCE(vcpu->kicked) ? ZXVM_VCPU_KICKED : 0,
		.index = vcpu->index,
	};

	return copy_to_user((void __user *)arg, &info, sizeof(info)) ?
		-EFAULT : 0;
}

static vm_fault_t page_fault(struct vm_fault *vmf)
{
	struct zxvm_vcpu *vcpu = vmf->vma->vm_private_data;

	if (vmf->pgoff)
		return VM_FAULT_SIGBUS;
	vmf->page = virt_to_page(vcpu->page);
	get_page(vmf->page);
	return 0;
}

static const struct vm_operations_struct page_vm_ops = {
	.fault = page_fault,
};

/* The file of the mapping keeps the VCPU. */
static int vcpu_mmap(struct zxvm_object *obj, u32 rights,
		     struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED) || vma->vm_pgoff ||
	    vma->vm_end - vma->vm_start != ZXVM_VCPU_PAGE_SIZE)
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC || !(rights & ZXVM_RIGHT_READ))
		return -EACCES;
	if (vma->vm_flags & VM_WRITE && !(rights & ZXVM_RIGHT_WRITE))
		return -EACCES;
	if (!(rights & ZXVM_RIGHT_WRITE))
		zxvm_vm_flags_clear(vma, VM_MAYWRITE);
	zxvm_vm_flags_clear(vma, VM_MAYEXEC);
	zxvm_vm_flags_set(vma, VM_DONTCOPY | VM_DONTEXPAND);
	vma->vm_private_data = to_vcpu(obj);
	vma->vm_ops = &page_vm_ops;
	return 0;
}

static void free_vcpu(struct zxvm_vcpu *vcpu)
{
	zxvm_page_cache_free(&vcpu->cache);
	free_page((unsigned long)vcpu->page);
	kfree(vcpu);
}

static void vcpu_destroy(struct zxvm_object *obj)
{
	struct zxvm_vcpu *vcpu = to_vcpu(obj);
	struct zxvm_guest *guest = vcpu->guest;

	mutex_lock(&guest->lock);
	zxvm_arch_vcpu_destroy(vcpu);
	guest->vcpus[vcpu->index] = NULL;
	mutex_unlock(&guest->lock);
	release_owner(vcpu);
	free_vcpu(vcpu);
	zxvm_object_put(&guest->obj);
}

static const struct zxvm_call vcpu_calls[] = {
	{ ZXVM_VCPU_ENTER, ZXVM_RIGHT_EXECUTE, vcpu_enter },
	{ ZXVM_VCPU_INTERRUPT, ZXVM_RIGHT_SIGNAL, vcpu_interrupt },
	{ ZXVM_VCPU_KICK, ZXVM_RIGHT_EXECUTE, vcpu_kick },
	{ ZXVM_VCPU_READ_STATE, ZXVM_RIGHT_READ, vcpu_read_state },
	{ ZXVM_VCPU_WRITE_STATE, ZXVM_RIGHT_WRITE, vcpu_write_state },
	{ ZXVM_VCPU_INFO, ZXVM_RIGHT_INSPECT, vcpu_info },
	{ }
};

static const struct zxvm_object_type vcpu_type = {
	.name = "[zxvm-vcpu]",
	.type = ZXVM_OBJ_VCPU,
	.rights = ZXVM_DEFAULT_VCPU_RIGHTS,
	.calls = vcpu_calls,
	.destroy = vcpu_destroy,
	.mmap = vcpu_mmap,
};

static struct zxvm_vcpu *alloc_vcpu(struct zxvm_guest *guest)
{
	struct zxvm_vcpu *vcpu;

	vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL_ACCOUNT);
	if (!vcpu)
		return NULL;
	vcpu->page = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!vcpu->page) {
		kfree(vcpu);
		return NULL;
	}
	zxvm_object_init(&vcpu->obj, &vcpu_type, guest->obj.koid);
	preempt_notifier_init(&vcpu->notifier, &zxvm_preempt_ops);
	rcuwait_init(&vcpu->wait);
	INIT_LIST_HEAD(&vcpu->bell_node);
	vcpu->guest = guest;
	return vcpu;
}

/* Number the VCPU: the lowest that is free, so that 0 comes back. */
static int join_guest(struct zxvm_vcpu *vcpu, u64 entry)
{
	struct zxvm_guest *guest = vcpu->guest;
	u32 index;
	int ret = -ENOSPC;

	mutex_lock(&guest->lock);
	for (index = 0; index < ZXVM_MAX_VCPUS; index++)
		if (!guest->vcpus[index])
			break;
	if (index < ZXVM_MAX_VCPUS) {
		vcpu->index = index;
		ret = zxvm_arch_vcpu_init(vcpu, entry);
		if (!ret)
			guest->vcpus[index] = vcpu;
	}
	mutex_unlock(&guest->lock);
	return ret;
}

static int check_create(struct zxvm_guest *guest,
			const struct zxvm_vcpu_create *args)
{
	if (args->options || args->entry >= ZXVM_ARCH_ASPACE_SIZE)
		return -EINVAL;
	/* The guest's faults are resolved in the caller's memory. */
	if (guest->vmar->mm != current->mm)
		return -EPERM;
	return 0;
}

/**
 * zxvm_vcpu_create() - ZXVM_VCPU_CREATE
 * @guest: the guest
 * @arg: the ioctl's argument
 *
 * Context: may sleep.
 * Return: 0, -EFAULT, -EINVAL (options, entry), -EPERM (another process),
 * -EBADFD (the thread owns a VCPU), -ENOSPC (no number is free), -ENOMEM, or
 * what zxvm_handle_give() says.
 */
int zxvm_vcpu_create(struct zxvm_guest *guest,
		     struct zxvm_vcpu_create __user *arg)
{
	struct zxvm_vcpu_create args;
	struct zxvm_vcpu *vcpu;
	int ret;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	ret = check_create(guest, &args);
	if (ret)
		return ret;
	vcpu = alloc_vcpu(guest);
	if (!vcpu)
		return -ENOMEM;
	ret = claim_owner(vcpu);
	if (ret)
		goto err_free;
	ret = join_guest(vcpu, args.entry);
	if (ret)
		goto err_owner;

	/* From here on the object's destroy() undoes all of it. */
	zxvm_object_get(&guest->obj);
	ret = zxvm_handle_give(&vcpu->obj, vcpu_type.rights, &arg->vcpu);
	zxvm_object_put(&vcpu->obj);
	return ret;

err_owner:
	release_owner(vcpu);
err_free:
	free_vcpu(vcpu);
	return ret;
}
