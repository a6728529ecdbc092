// SPDX-License-Identifier: GPL-2.0
/*
 * zxrun: boots Linux in a virtual machine of /dev/zxvm, with its console on
 * standard input and output. Documentation/zxrun.1 is its manual.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch.h"
#include "console.h"
#include "loop.h"
#include "vm.h"

const char *argp_program_version = "zxrun " ZXRUN_VERSION;

static const char doc[] =
	"Boot the Linux KERNEL in a virtual machine, its console on stdin and stdout.\n"
	"\vOn a terminal, Ctrl-A x ends zxrun and Ctrl-A h shows what else there is.\n\n"
	"The exit status is 0 after power-off, the guest's own choice if it uses the\n"
	"exit device, 1 after an error, 64 for a wrong command line, 130 after Ctrl-A x.";

enum { OPTION_NO_REBOOT = 256 };

static const struct argp_option argp_options[] = {
	{ "cpus", 'c', "CPUS", 0, "Number of CPUs (1)", 0 },
	{ "memory", 'm', "SIZE", 0, "RAM in MiB, or with a suffix K, M, G or T (512M)", 0 },
	{ "initrd", 'i', "FILE", 0, "Initial RAM disk", 0 },
	{ "append", 'a', "CMDLINE", 0, "Kernel command line", 0 },
	{ "no-reboot", OPTION_NO_REBOOT, NULL, 0, "End when the guest reboots, with status 0", 0 },
	{ 0 },
};

static void parse_cpus(struct argp_state *state, const char *text, struct options *options)
{
	unsigned long cpus;
	char *end;

	errno = 0;
	cpus = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || !cpus || cpus > 65535)
		argp_error(state, "'%s' is not a number of CPUs", text);
	options->cpus = (unsigned int)cpus;
}

static void parse_memory(struct argp_state *state, const char *text, struct options *options)
{
	static const char suffixes[] = "KMGT";
	unsigned long long size;
	const char *suffix;
	unsigned int shift = 20;
	char *end;

	errno = 0;
	size = strtoull(text, &end, 10);
	if (*end) {
		suffix = strchr(suffixes, *end & ~0x20);
		if (!suffix || !*suffix || end[1])
			argp_error(state, "'%s' is not a size of memory, such as 512M or 2G", text);
		shift = 10 * (unsigned int)(suffix - suffixes + 1);
	}
	if (*text < '0' || *text > '9' || errno || !size || size > UINT64_MAX >> shift >> 1)
		argp_error(state, "'%s' is not a size of memory, such as 512M or 2G", text);
	options->memory = align_up(size << shift, 2 * MIB);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'c':
		parse_cpus(state, arg, options);
		break;
	case 'm':
		parse_memory(state, arg, options);
		break;
	case 'i':
		options->initrd = arg;
		break;
	case 'a':
		options->cmdline = arg;
		break;
	case OPTION_NO_REBOOT:
		options->no_reboot = true;
		break;
	case ARGP_KEY_ARG:
		if (options->kernel)
			argp_error(state, "there is one KERNEL, and '%s' is another", arg);
		options->kernel = arg;
		break;
	case ARGP_KEY_END:
		if (!options->kernel)
			argp_error(state, "the KERNEL is missing");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* One life of the guest. Returns how it ended. */
static struct stop run(const struct options *options)
{
	struct stop stop = { .kind = STOP_ERROR };
	struct vm vm;

	if (!vm_create(&vm, options)) {
		if (!vm_start(&vm)) {
			console_raw();
			loop_run(&vm);
			stop = vm.stop;
		}
		vm_join(&vm);
		console_drain(&vm);
		console_restore();
	}
	vm_destroy(&vm);
	return stop;
}

/* Standard input, output and error may be closed; our files must not get there. */
static int hold_standard_files(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			return fail("cannot open /dev/null: %s", strerror(errno));
	} while (fd <= STDERR_FILENO);
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = argp_options,
		.parser = parse,
		.args_doc = "KERNEL",
		.doc = doc,
	};
	struct options options = { .cmdline = "", .memory = 512 * MIB, .cpus = 1 };
	struct stop stop;

	argp_err_exit_status = STATUS_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (hold_standard_files() || arch_check_options(&options) || loop_init())
		return STATUS_ERROR;
	console_open();
	do {
		stop = run(&options);
	} while (stop.kind == STOP_REBOOT && !options.no_reboot);

	switch (stop.kind) {
	case STOP_EXIT:
		return stop.value;
	case STOP_QUIT:
		return STATUS_QUIT;
	case STOP_SIGNAL:
		loop_die(stop.value);
	case STOP_ERROR:
		if (stop.text[0])
			complain("%s", stop.text);
		return STATUS_ERROR;
	default:
		return STATUS_POWER_OFF;
	}
}
