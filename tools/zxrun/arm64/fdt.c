// SPDX-License-Identifier: GPL-2.0
/*
 * The devicetree of the arm64 machine, by libfdt's sequential writer. Each
 * helper does nothing once there was an error, so that one check at the end
 * suffices.
 */
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "fdt.h"
#include "layout.h"

#define PHANDLE_GIC	1
#define PHANDLE_CLOCK	2

#define IRQ_SPI		0
#define IRQ_PPI		1
#define IRQ_LEVEL_HIGH	4

struct writer {
	void *fdt;
	int error;
};

static void begin(struct writer *w, const char *name)
{
	if (!w->error)
		w->error = fdt_begin_node(w->fdt, name);
}

static void begin_at(struct writer *w, const char *name, uint64_t address)
{
	char full[64];

	snprintf(full, sizeof(full), "%s@%" PRIx64, name, address);
	begin(w, full);
}

static void end(struct writer *w)
{
	if (!w->error)
		w->error = fdt_end_node(w->fdt);
}

static void prop(struct writer *w, const char *name, const void *value, size_t size)
{
	if (!w->error)
		w->error = fdt_property(w->fdt, name, value, (int)size);
}

static void prop_flag(struct writer *w, const char *name)
{
	prop(w, name, NULL, 0);
}

static void prop_string(struct writer *w, const char *name, const char *value)
{
	prop(w, name, value, strlen(value) + 1);
}

static void prop_cells(struct writer *w, const char *name, const uint32_t *cells, size_t count)
{
	fdt32_t value[16];
	size_t i;

	for (i = 0; i < count; i++)
		value[i] = cpu_to_fdt32(cells[i]);
	prop(w, name, value, count * sizeof(value[0]));
}

#define PROP_CELLS(w, name, ...) \
	prop_cells(w, name, (const uint32_t []){ __VA_ARGS__ }, \
		   sizeof((const uint32_t []){ __VA_ARGS__ }) / sizeof(uint32_t))

/* Addresses and sizes are two cells each. */
#define CELLS(value)	(uint32_t)((uint64_t)(value) >> 32), (uint32_t)(value)

static void prop_u64(struct writer *w, const char *name, uint64_t value)
{
	PROP_CELLS(w, name, CELLS(value));
}

static void node_chosen(struct writer *w, const struct fdt_config *config)
{
	begin(w, "chosen");
	prop_string(w, "bootargs", config->cmdline);
	prop_string(w, "stdout-path", "serial0:115200n8");
	if (config->initrd_end > config->initrd_start) {
		prop_u64(w, "linux,initrd-start", config->initrd_start);
		prop_u64(w, "linux,initrd-end", config->initrd_end);
	}
	prop(w, "rng-seed", config->seed, sizeof(config->seed));
	prop_u64(w, "kaslr-seed", config->kaslr_seed);
	end(w);
}

static void node_memory(struct writer *w, const struct fdt_config *config)
{
	begin_at(w, "memory", RAM_BASE);
	prop_string(w, "device_type", "memory");
	PROP_CELLS(w, "reg", CELLS(RAM_BASE), CELLS(config->ram_size));
	end(w);
}

static void node_cpus(struct writer *w, const struct fdt_config *config)
{
	unsigned int i;

	begin(w, "cpus");
	PROP_CELLS(w, "#address-cells", 1);
	PROP_CELLS(w, "#size-cells", 0);
	for (i = 0; i < config->cpus; i++) {
		begin_at(w, "cpu", cpu_affinity(i));
		prop_string(w, "device_type", "cpu");
		prop_string(w, "compatible", "arm,armv8");
		PROP_CELLS(w, "reg", cpu_affinity(i));
		prop_string(w, "enable-method", "psci");
		end(w);
	}
	end(w);
}

static void node_psci(struct writer *w)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";

	begin(w, "psci");
	prop(w, "compatible", compatible, sizeof(compatible));
	prop_string(w, "method", "hvc");
	end(w);
}

static void node_timer(struct writer *w)
{
	begin(w, "timer");
	prop_string(w, "compatible", "arm,armv8-timer");
	/* secure, non-secure, virtual, hypervisor */
	PROP_CELLS(w, "interrupts",
		   IRQ_PPI, 13, IRQ_LEVEL_HIGH, IRQ_PPI, 14, IRQ_LEVEL_HIGH,
		   IRQ_PPI, 11, IRQ_LEVEL_HIGH, IRQ_PPI, 10, IRQ_LEVEL_HIGH);
	prop_flag(w, "always-on");
	end(w);
}

static void node_gic(struct writer *w, const struct fdt_config *config)
{
	begin_at(w, "interrupt-controller", GICD_BASE);
	prop_string(w, "compatible", "arm,gic-v3");
	prop_flag(w, "interrupt-controller");
	PROP_CELLS(w, "#interrupt-cells", 3);
	PROP_CELLS(w, "#address-cells", 0);
	PROP_CELLS(w, "#redistributor-regions", 1);
	PROP_CELLS(w, "reg", CELLS(GICD_BASE), CELLS(GICD_SIZE),
		   CELLS(GICR_BASE), CELLS(GICR_SIZE * config->cpus));
	PROP_CELLS(w, "phandle", PHANDLE_GIC);
	end(w);
}

static void node_clock(struct writer *w)
{
	begin(w, "apb-pclk");
	prop_string(w, "compatible", "fixed-clock");
	PROP_CELLS(w, "#clock-cells", 0);
	PROP_CELLS(w, "clock-frequency", 24000000);
	prop_string(w, "clock-output-names", "clk24mhz");
	PROP_CELLS(w, "phandle", PHANDLE_CLOCK);
	end(w);
}

static void node_uart(struct writer *w)
{
	static const char compatible[] = "arm,pl011\0arm,primecell";
	static const char clocks[] = "uartclk\0apb_pclk";

	begin_at(w, "pl011", UART_BASE);
	prop(w, "compatible", compatible, sizeof(compatible));
	PROP_CELLS(w, "reg", CELLS(UART_BASE), CELLS(DEVICE_SIZE));
	PROP_CELLS(w, "interrupts", IRQ_SPI, UART_SPI, IRQ_LEVEL_HIGH);
	PROP_CELLS(w, "clocks", PHANDLE_CLOCK, PHANDLE_CLOCK);
	prop(w, "clock-names", clocks, sizeof(clocks));
	end(w);
}

static void node_rtc(struct writer *w)
{
	static const char compatible[] = "arm,pl031\0arm,primecell";

	begin_at(w, "pl031", RTC_BASE);
	prop(w, "compatible", compatible, sizeof(compatible));
	PROP_CELLS(w, "reg", CELLS(RTC_BASE), CELLS(DEVICE_SIZE));
	PROP_CELLS(w, "interrupts", IRQ_SPI, RTC_SPI, IRQ_LEVEL_HIGH);
	PROP_CELLS(w, "clocks", PHANDLE_CLOCK);
	prop_string(w, "clock-names", "apb_pclk");
	end(w);
}

static void node_exit(struct writer *w)
{
	begin_at(w, "exit", EXIT_BASE);
	prop_string(w, "compatible", "zxvm,exit");
	PROP_CELLS(w, "reg", CELLS(EXIT_BASE), CELLS(DEVICE_SIZE));
	end(w);
}

static void node_aliases(struct writer *w)
{
	char path[32];

	begin(w, "aliases");
	snprintf(path, sizeof(path), "/pl011@%" PRIx64, UART_BASE);
	prop_string(w, "serial0", path);
	end(w);
}

int fdt_build(void *buffer, size_t size, const struct fdt_config *config)
{
	struct writer w = { .fdt = buffer };

	w.error = fdt_create(buffer, (int)size);
	if (!w.error)
		w.error = fdt_finish_reservemap(buffer);
	begin(&w, "");
	prop_string(&w, "compatible", "linux,dummy-virt");
	prop_string(&w, "model", "zxrun");
	PROP_CELLS(&w, "#address-cells", 2);
	PROP_CELLS(&w, "#size-cells", 2);
	PROP_CELLS(&w, "interrupt-parent", PHANDLE_GIC);
	node_aliases(&w);
	node_chosen(&w, config);
	node_memory(&w, config);
	node_cpus(&w, config);
	node_psci(&w);
	node_timer(&w);
	node_gic(&w, config);
	node_clock(&w);
	node_uart(&w);
	node_rtc(&w);
	node_exit(&w);
	end(&w);
	return w.error ? w.error : fdt_finish(buffer);
}
