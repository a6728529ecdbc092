// SPDX-License-Identifier: GPL-2.0
/*
 * Where ACPI says that the hypervisor's private interrupts are.
 */
#include <linux/acpi.h>

#include "arm64.h"

/**
 * zxvm_acpi_timer_ppi() - the virtual timer's interrupt, by the GTDT
 *
 * Context: may sleep.
 * Return: Linux's number, or 0.
 */
unsigned int zxvm_acpi_timer_ppi(void)
{
	struct acpi_table_header *header;
	struct acpi_table_gtdt *gtdt;
	int irq, trigger, polarity;

	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_GTDT, 0, &header)))
		return 0;
	gtdt = container_of(header, struct acpi_table_gtdt, header);
	trigger = gtdt->virtual_timer_flags & ACPI_GTDT_INTERRUPT_MODE ?
		  ACPI_EDGE_SENSITIVE : ACPI_LEVEL_SENSITIVE;
	polarity = gtdt->virtual_timer_flags & ACPI_GTDT_INTERRUPT_POLARITY ?
		   ACPI_ACTIVE_LOW : ACPI_ACTIVE_HIGH;
	irq = acpi_register_gsi(NULL, gtdt->virtual_timer_interrupt, trigger,
				polarity);
	acpi_put_table(header);
	return irq > 0 ? irq : 0;
}

/**
 * zxvm_acpi_maintenance_ppi() - the GIC's maintenance interrupt, by the MADT
 *
 * The first GICC names the one of all.
 *
 * Context: may sleep.
 * Return: Linux's number, or 0.
 */
unsigned int zxvm_acpi_maintenance_ppi(void)
{
	struct acpi_table_header *header;
	void *entry, *end;
	int irq = 0;

	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_MADT, 0, &header)))
		return 0;
	end = (void *)header + header->length;
	for (entry = (void *)header + sizeof(struct acpi_table_madt);
	     entry + sizeof(struct acpi_subtable_header) <= end;
	     entry += ((struct acpi_subtable_header *)entry)->length) {
		struct acpi_madt_generic_interrupt *gicc = entry;
		int trigger;

		if (!gicc->header.length)
			break;
		if (gicc->header.type != ACPI_MADT_TYPE_GENERIC_INTERRUPT)
			continue;
		trigger = gicc->flags & ACPI_MADT_VGIC_IRQ_MODE ?
			  ACPI_EDGE_SENSITIVE : ACPI_LEVEL_SENSITIVE;
		irq = acpi_register_gsi(NULL, gicc->vgic_interrupt, trigger,
					ACPI_ACTIVE_HIGH);
		break;
	}
	acpi_put_table(header);
	return irq > 0 ? irq : 0;
}
