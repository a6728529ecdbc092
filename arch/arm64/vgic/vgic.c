// SPDX-License-Identifier: GPL-2.0
/*
 * The virtual GIC in the kernel: the state machine of state.h under its lock,
 * and what the rest of the module asks of it.
 */
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "arm64.h"
#include "sysfields.h"

#define TIMER_INTID		27

#define DEFAULT_SPIS		224
#define DEFAULT_DIST_BASE	0x800000000ULL
#define DEFAULT_REDIST_BASE	0x800010000ULL
#define FRAME_ALIGN		0x10000ULL
#define REDISTS_SIZE		(VGIC_REDIST_STRIDE * VGIC_MAX_CPUS)

static struct vgic *vgic_of(const struct zxvm_vcpu *vcpu)
{
	return vcpu->arch.vgic.vgic;
}

/**
 * zxvm_vgic_kick() - make VCPUs look at their interrupts
 * @vgic: its lock is held, and keeps the VCPUs from going away
 * @mask: by index
 *
 * Context: interrupts off.
 */
void zxvm_vgic_kick(struct vgic *vgic, u64 mask)
{
	lockdep_assert_held(&vgic->lock);
	while (mask) {
		int index = __ffs64(mask);

		mask &= mask - 1;
		if (vgic->cpus[index])
			zxvm_vcpu_notify(zxvm_vgic_to_vcpu(vgic->cpus[index]));
	}
}

static bool frame_valid(u64 base, u64 size)
{
	return !(base % FRAME_ALIGN) && base < ZXVM_ARCH_ASPACE_SIZE &&
	       size <= ZXVM_ARCH_ASPACE_SIZE - base;
}

static int check_irqchip(struct vgic *vgic,
			 const struct zxvm_guest_create *args)
{
	u64 dist = args->irqchip_base[0] ?: DEFAULT_DIST_BASE;
	u64 redist = args->irqchip_base[1] ?: DEFAULT_REDIST_BASE;
	u32 spis = args->irqchip_lines ?: DEFAULT_SPIS;

	if (spis % 32 || spis > VGIC_MAX_SPIS)
		return -EINVAL;
	if (!frame_valid(dist, VGIC_DIST_SIZE) ||
	    !frame_valid(redist, REDISTS_SIZE))
		return -EINVAL;
	if (dist < redist + REDISTS_SIZE && redist < dist + VGIC_DIST_SIZE)
		return -EINVAL;
	vgic->dist_base = dist;
	vgic->redist_base = redist;
	vgic->nr_spis = spis;
	return 0;
}

static int reserve_frames(struct zxvm_guest *guest)
{
	struct vgic *vgic = &guest->arch.vgic;
	int ret;

	ret = zxvm_guest_reserve(guest, vgic->dist_base, VGIC_DIST_SIZE);
	if (ret)
		return ret;
	return zxvm_guest_reserve(guest, vgic->redist_base, REDISTS_SIZE);
}

/**
 * zxvm_vgic_guest_init() - the interrupt controller of a new guest
 * @guest: the guest
 * @args: of ZXVM_GUEST_CREATE
 *
 * Context: may sleep.
 * Return: 0, -EINVAL or -ENOMEM.
 */
int zxvm_vgic_guest_init(struct zxvm_guest *guest,
			 const struct zxvm_guest_create *args)
{
	struct vgic *vgic = &guest->arch.vgic;
	int ret;

	vgic->nr_lrs = min_t(u32, zxvm_host.nr_lrs, VGIC_MAX_LRS);
	vgic->irqchip = zxvm_has_irqchip(guest);
	if (vgic->irqchip) {
		ret = check_irqchip(vgic, args);
		if (ret)
			return ret;
		ret = reserve_frames(guest);
		if (ret)
			return ret;
		vgic->spis = kcalloc(vgic->nr_spis, sizeof(*vgic->spis),
				     GFP_KERNEL_ACCOUNT);
		if (!vgic->spis)
			return -ENOMEM;
	}
	vgic_init_state(vgic);
	return 0;
}

/**
 * zxvm_vgic_guest_destroy() - free the interrupt controller
 * @guest: without VCPUs
 */
void zxvm_vgic_guest_destroy(struct zxvm_guest *guest)
{
	kfree(guest->arch.vgic.spis);
}

/**
 * zxvm_vgic_vcpu_init() - connect a VCPU
 * @vcpu: numbered
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int zxvm_vgic_vcpu_init(struct zxvm_vcpu *vcpu)
{
	struct vgic *vgic = &vcpu->guest->arch.vgic;
	struct vgic_cpu *cpu = &vcpu->arch.vgic;
	unsigned long flags;

	cpu->vgic = vgic;
	cpu->index = vcpu->index;
	cpu->nr_private = vgic->irqchip ? VGIC_NR_PRIVATE : VGIC_NR_VECTORS;
	cpu->private = kcalloc(cpu->nr_private, sizeof(*cpu->private),
			       GFP_KERNEL_ACCOUNT);
	if (!cpu->private)
		return -ENOMEM;
	cpu->private[TIMER_INTID].hw = true;

	raw_spin_lock_irqsave(&vgic->lock, flags);
	vgic_cpu_init_state(cpu);
	raw_spin_unlock_irqrestore(&vgic->lock, flags);
	return 0;
}

/**
 * zxvm_vgic_vcpu_destroy() - disconnect a VCPU
 * @vcpu: nobody uses it any more
 */
void zxvm_vgic_vcpu_destroy(struct zxvm_vcpu *vcpu)
{
	struct vgic_cpu *cpu = &vcpu->arch.vgic;
	struct vgic *vgic = cpu->vgic;
	unsigned long flags;

	raw_spin_lock_irqsave(&vgic->lock, flags);
	zxvm_vgic_kick(vgic, vgic_cpu_exit_state(cpu));
	raw_spin_unlock_irqrestore(&vgic->lock, flags);
	kfree(cpu->private);
}

/**
 * zxvm_arch_line_valid() - see zxvm/arch.h
 * @guest: with an irqchip
 * @line: INTID
 *
 * Return: true if it is that of an SPI.
 */
bool zxvm_arch_line_valid(struct zxvm_guest *guest, u32 line)
{
	return line >= VGIC_NR_PRIVATE &&
	       line - VGIC_NR_PRIVATE < guest->arch.vgic.nr_spis;
}

/**
 * zxvm_arch_set_line() - see zxvm/arch.h
 * @guest: the guest
 * @line: INTID of an SPI
 * @level: of the line
 */
void zxvm_arch_set_line(struct zxvm_guest *guest, u32 line, bool level)
{
	struct vgic *vgic = &guest->arch.vgic;
	unsigned long flags;

	raw_spin_lock_irqsave(&vgic->lock, flags);
	zxvm_vgic_kick(vgic, vgic_set_line(vgic, NULL, line, level));
	raw_spin_unlock_irqrestore(&vgic->lock, flags);
}

/**
 * zxvm_arch_pulse_line() - see zxvm/arch.h
 * @guest: the guest
 * @line: INTID of an SPI
 */
void zxvm_arch_pulse_line(struct zxvm_guest *guest, u32 line)
{
	struct vgic *vgic = &guest->arch.vgic;
	unsigned long flags;

	raw_spin_lock_irqsave(&vgic->lock, flags);
	zxvm_vgic_kick(vgic, vgic_pulse(vgic, NULL, line));
	raw_spin_unlock_irqrestore(&vgic->lock, flags);
}

/**
 * zxvm_arch_hold_line() - see zxvm/arch.h
 * @guest: the guest
 * @line: INTID of an SPI
 * @hold: assert it, or release it
 */
void zxvm_arch_hold_line(struct zxvm_guest *guest, u32 line, bool hold)
{
	zxvm_arch_set_line(guest, line, hold);
}

/**
 * zxvm_arch_msi() - see zxvm/arch.h
 * @guest: the guest
 * @address: that the device writes to
 * @data: that it writes
 *
 * Return: -EOPNOTSUPP: there is no ITS.
 */
int zxvm_arch_msi(struct zxvm_guest *guest, u64 address, u32 data)
{
	return -EOPNOTSUPP;
}

/**
 * zxvm_arch_vcpu_interrupt() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @vector: INTID; with an irqchip those from 32 up are shared lines
 *
 * Return: 0, or -ERANGE if there is no such interrupt.
 */
int zxvm_arch_vcpu_interrupt(struct zxvm_vcpu *vcpu, u32 vector)
{
	struct vgic *vgic = vgic_of(vcpu);
	unsigned long flags;

	if (vector >= vcpu->arch.vgic.nr_private &&
	    !zxvm_arch_line_valid(vcpu->guest, vector))
		return -ERANGE;
	raw_spin_lock_irqsave(&vgic->lock, flags);
	zxvm_vgic_kick(vgic, vgic_pulse(vgic, &vcpu->arch.vgic, vector));
	raw_spin_unlock_irqrestore(&vgic->lock, flags);
	return 0;
}

/**
 * zxvm_vgic_send_sgi() - ICC_SGI1R_EL1 was written
 * @vcpu: by this VCPU
 * @sgir: the value
 *
 * Context: any.
 */
void zxvm_vgic_send_sgi(struct zxvm_vcpu *vcpu, u64 sgir)
{
	struct vgic *vgic = vgic_of(vcpu);
	unsigned long flags;

	raw_spin_lock_irqsave(&vgic->lock, flags);
	zxvm_vgic_kick(vgic, vgic_send_sgi(vgic, &vcpu->arch.vgic, sgir));
	raw_spin_unlock_irqrestore(&vgic->lock, flags);
}

/**
 * zxvm_vgic_timer_fired() - the timer of the loaded VCPU has expired
 * @vcpu: the VCPU
 *
 * Context: interrupts off.
 */
void zxvm_vgic_timer_fired(struct zxvm_vcpu *vcpu)
{
	struct vgic *vgic = vgic_of(vcpu);

	raw_spin_lock(&vgic->lock);
	vgic_set_line(vgic, &vcpu->arch.vgic, TIMER_INTID, true);
	raw_spin_unlock(&vgic->lock);
}

/**
 * zxvm_vgic_pending() - is there an interrupt that ends a WFI?
 * @vcpu: not loaded
 *
 * Context: any.
 * Return: true if there is.
 */
bool zxvm_vgic_pending(struct zxvm_vcpu *vcpu)
{
	struct vgic *vgic = vgic_of(vcpu);
	unsigned long flags;
	bool pending;

	raw_spin_lock_irqsave(&vgic->lock, flags);
	pending = vgic_cpu_pending(&vcpu->arch.vgic);
	raw_spin_unlock_irqrestore(&vgic->lock, flags);
	return pending;
}

static bool in_frame(u64 gpa, u64 base, u64 size)
{
	return gpa >= base && gpa - base < size;
}

/* The redistributor that an address is in; NULL: of no VCPU */
static struct vgic_cpu *redist_of(struct vgic *vgic, u64 gpa, u32 *offset)
{
	u64 from_base = gpa - vgic->redist_base;

	*offset = from_base % VGIC_REDIST_STRIDE;
	return vgic->cpus[array_index_nospec(from_base / VGIC_REDIST_STRIDE,
					     VGIC_MAX_CPUS)];
}

static u64 access_frames(struct vgic *vgic, const struct zxvm_packet *packet,
			 u64 *kick)
{
	u64 gpa = packet->u.mem_arm64.addr, data = packet->u.mem_arm64.data;
	u32 size = packet->u.mem_arm64.access_size, offset;
	bool read = packet->u.mem_arm64.read;
	struct vgic_cpu *cpu;

	*kick = 0;
	if (in_frame(gpa, vgic->dist_base, VGIC_DIST_SIZE)) {
		offset = gpa - vgic->dist_base;
		if (read)
			return vgic_dist_read(vgic, offset, size);
		*kick = vgic_dist_write(vgic, offset, size, data);
		return 0;
	}
	cpu = redist_of(vgic, gpa, &offset);
	if (!cpu)
		return 0;
	if (read)
		return vgic_redist_read(cpu, offset, size);
	*kick = vgic_redist_write(cpu, offset, size, data);
	return 0;
}

static u64 extend(u64 value, u32 size, bool sign)
{
	unsigned int bits = size * 8;

	if (bits == 64)
		return value;
	return sign ? (u64)sign_extend64(value, bits - 1) :
		      value & (BIT_ULL(bits) - 1);
}

/**
 * zxvm_vgic_mmio() - an access that may be to a frame of the irqchip
 * @vcpu: loaded, of a guest with an irqchip
 * @exit: the access, decoded
 *
 * Context: interrupts off.
 * Return: true if it was, and is done.
 */
bool zxvm_vgic_mmio(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	const struct zxvm_packet *packet = &exit->packet;
	struct vgic *vgic = vgic_of(vcpu);
	u64 value, kick;

	if (!in_frame(exit->gpa, vgic->dist_base, VGIC_DIST_SIZE) &&
	    !in_frame(exit->gpa, vgic->redist_base, REDISTS_SIZE))
		return false;

	raw_spin_lock(&vgic->lock);
	value = access_frames(vgic, packet, &kick);
	zxvm_vgic_kick(vgic, kick);
	raw_spin_unlock(&vgic->lock);
	if (packet->u.mem_arm64.read)
		zxvm_set_x(vcpu, packet->u.mem_arm64.xt,
			   extend(value, packet->u.mem_arm64.access_size,
				  packet->u.mem_arm64.sign_extend));
	zxvm_arch_vcpu_skip(vcpu);
	return true;
}
