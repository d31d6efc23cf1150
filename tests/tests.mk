# SPDX-License-Identifier: GPL-2.0-only
# How the tests are built and run; `make test` runs each of TEST_SUITES.

TEST_SUITES := test-includes test-unit test-fuzz test-docs test-policy test-install test-vmlinux test-stack test-top test-kernel
RESULTS := build/test-results

# --- unit: no root, always under ASan and UBSan -------------------------------------

UNIT_OBJ := build/obj/unit
comma := ,
UNIT_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -g -O1 -Iuser -Ibpf -Ibuild/gen -Itests/unit $(SANITIZERS)
# All that needs no kernel side.
PURE_SOURCES := $(wildcard user/base/*.c user/model/*.c user/enrich/*.c user/output/*.c user/policy/*.c user/alert/*.c user/tui/*.c) user/diag/message.c user/diag/procfs.c \
	user/trace/ladder.c user/trace/rungs.c user/trace/programs.c user/trace/core_types.c user/trace/raw_types.c \
	user/cmd/accounts.c user/cmd/stream_options.c user/cmd/filter_options.c user/cmd/service_options.c user/cmd/findings.c user/cmd/port_arg.c user/cmd/waited.c user/service/canary.c user/service/canary_file.c user/cmd/passing.c user/cmd/errand.c
PURE_OBJECTS := $(PURE_SOURCES:user/%.c=$(UNIT_OBJ)/%.o)
UNIT_LIBS := -lsmartcols -lbpf -lz -lcap-ng -lseccomp $(CURSES_LIBS)
UNIT_TESTS := $(patsubst tests/unit/%.c,build/tests/unit/%,$(wildcard tests/unit/test_*.c))

$(UNIT_OBJ)/%.o: user/%.c Makefile tests/tests.mk
	$(call say,CC,$< (unit))
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_CFLAGS) -MMD -MP -c -o $@ $<

# Calls that a test answers itself.
build/tests/unit/test_policy_memory: UNIT_WRAP := $(addprefix -Wl$(comma)--wrap=,malloc calloc realloc \
	reallocarray strdup strndup)

build/tests/unit/%: tests/unit/%.c $(PURE_OBJECTS)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_CFLAGS) -MMD -MP -MF $@.d -o $@ $< $(PURE_OBJECTS) $(UNIT_WRAP) -lcmocka $(UNIT_LIBS)

-include $(PURE_OBJECTS:.o=.d) $(UNIT_TESTS:=.d)

.PHONY: test-unit
test-unit: $(UNIT_TESTS) ## each file of tests/unit
	@tests/unit/run $(RESULTS)/unit.tsv $(UNIT_TESTS)

# --- fuzz: from bytes to lines, the escaper, policies; some seconds here, longer by make fuzz -----

FUZZ_SECONDS ?= 20
FUZZ_LONG ?= 1800
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,build/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

build/tests/fuzz/%: tests/fuzz/%.c $(PURE_SOURCES) Makefile tests/tests.mk
	$(call say,FUZZ,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -std=gnu11 -D_GNU_SOURCE -g -O1 -Iuser -Ibpf -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $< $(filter user/base/% user/model/% user/enrich/% user/output/% user/policy/% user/diag/%,$(PURE_SOURCES)) -lsmartcols -lz -lcap-ng -lseccomp

.PHONY: test-fuzz
test-fuzz: $(FUZZ_TARGETS) ## the fuzz targets, some seconds each (FUZZ_SECONDS)
	@tests/fuzz/run $(RESULTS)/fuzz.tsv $(FUZZ_SECONDS) $(FUZZ_TARGETS)

.PHONY: fuzz
fuzz: $(FUZZ_TARGETS) ## the fuzz targets, half an hour each (FUZZ_LONG)
	@tests/fuzz/run $(RESULTS)/fuzz-long.tsv $(FUZZ_LONG) $(FUZZ_TARGETS)

# --- recorded rings: what this kernel's hooks tell of a short life, for test_replay ------

RINGS_DIR := tests/data/rings
RECORD_SOURCES := $(wildcard tests/record/*.c)
RECORD_OBJECTS := $(RECORD_SOURCES:tests/record/%.c=$(B)/obj/record/%.o)
KERNEL_SERIES = $(shell uname -r | cut -d . -f 1,2)

$(B)/obj/record/%.o: tests/record/%.c Makefile tests/tests.mk
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/record -MMD -MP -c -o $@ $<

$(B)/tests/record: $(RECORD_OBJECTS) $(filter-out $(OBJ)/main.o,$(OBJECTS))
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -Wl,--wrap=decode -o $@ $^ $(LIBS)

-include $(RECORD_OBJECTS:.o=.d)

# This kernel's, as root; the same of others, emulated: RECORD_KERNELS="5.10 newest".
RECORD_HOOKS ?= default cgroup tracepoint
RECORD_KERNELS ?= 5.10 6.1 6.12 newest

.PHONY: record record-vm record-golden
record: $(B)/tests/record ## what the hooks of this kernel tell, for test_replay; as root
	$(Q)for hook in $(RECORD_HOOKS); do \
		[ $$hook = default ] && hooks= || hooks="--hooks $$hook"; \
		$(B)/tests/record $(RINGS_DIR)/$(KERNEL_SERIES)-$$hook.ring $$hooks || exit 1; \
	done
	@$(MAKE) --no-print-directory record-golden

record-vm: $(B)/tests/record ## the same of other kernels, emulated (RECORD_KERNELS)
	@tools/setup vm
	@tests/record/vm $(B)/tests/record $(RECORD_KERNELS)
	@$(MAKE) --no-print-directory record-golden

record-golden: build/tests/unit/test_replay ## the lines alone, after a change of the output
	@RECORD_GOLDEN=1 $<

# --- the house and the documents -------------------------------------------------------

.PHONY: test-includes test-docs
test-includes: ## who may include whom
	@tests/check $(RESULTS)/house.tsv house include-arrows tools/check-includes
	@tests/check $(RESULTS)/house.tsv house include-check-finds tools/check-includes --self-test

test-docs: build/porttrace $(MAN_PAGES) $(COMPLETIONS) ## documents, options, schema and completions agree
	@tests/check $(RESULTS)/docs.tsv docs man-page-has-every-option tests/docs/options
	@tests/check $(RESULTS)/docs.tsv docs man-page-is-well-formed tests/docs/well-formed
	@tests/check $(RESULTS)/docs.tsv docs pictures-are-well-formed tests/docs/picture
	@tests/check $(RESULTS)/docs.tsv docs kernels-are-as-recorded tools/kernel-table --check
	@tests/check $(RESULTS)/docs.tsv docs shells-complete-what-is-taken tests/docs/completions
	@tests/check $(RESULTS)/docs.tsv docs named-targets-are-there tests/docs/targets
	@tests/check $(RESULTS)/docs.tsv docs man-page-and-schema-agree tests/docs/events --page
	@tests/check $(RESULTS)/docs.tsv docs schema-finds-what-is-wrong tests/docs/events --self-test
	@tests/check $(RESULTS)/docs.tsv docs recorded-events-are-of-the-schema tests/docs/events $(RINGS_DIR)/*.json

# --- policies: the command, and the shipped examples -------------------------------------

.PHONY: test-policy
test-policy: build/porttrace ## the command policy, and the policies that are shipped
	@tests/check $(RESULTS)/policy.tsv policy command-says-what-it-should tests/policy/command
	@tests/check $(RESULTS)/policy.tsv policy examples-have-no-mistake tests/policy/examples

# --- vmlinux.h against kernels: recorded ones and this one -------------------------------------

include tests/btf/btf.mk

# --- the stack of the BPF programs, which older kernels count more strictly --------------------

include tests/stack/stack.mk

# --- top: its screen ---------------------------------------------------------------------

include tests/top/top.mk

# --- kernel: live, on this kernel, as root -----------------------------------------------

KERNEL_SOURCES := $(wildcard tests/kernel/*.c)
KERNEL_OBJECTS := $(KERNEL_SOURCES:tests/kernel/%.c=$(B)/obj/kernel/%.o)

$(B)/obj/kernel/%.o: tests/kernel/%.c Makefile tests/tests.mk
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -g -O1 -Itests/kernel $(CROSS_FLAGS) -MMD -MP -c -o $@ $<

$(B)/tests/live: $(KERNEL_OBJECTS)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -g $(CROSS_FLAGS) -o $@ $^ -ljansson -lpthread

-include $(KERNEL_OBJECTS:.o=.d)

.PHONY: test-kernel
# What they saw is held against the schema at the end, each shape of a line once.
test-kernel: $(B)/tests/live build/porttrace ## the live tests, as root
	@mkdir -p $(RESULTS)
	@status=0; $(B)/tests/live --porttrace build/porttrace --results $(RESULTS)/kernel.tsv \
		--events build/live-events.json || status=1; \
	tests/check $(RESULTS)/docs.tsv docs live-events-are-of-the-schema tests/docs/events build/live-events.json \
		|| status=1; \
	tests/check $(RESULTS)/docs.tsv docs picture-is-what-is-seen tests/docs/picture --live || status=1; \
	tests/check $(RESULTS)/docs.tsv docs doctor-tries-what-is-recorded tests/docs/doctor || status=1; exit $$status

.PHONY: test-binaries
test-binaries: $(UNIT_TESTS) $(FUZZ_TARGETS) vmlinux-objects stack-binaries build/tests/top-replay $(B)/tests/live $(B)/tests/record

# --- bench ----------------------------------------------------------------------------------

include tests/bench/bench.mk

# --- other kernels, in machines of their own: make test-vm ----------------------------------

include tests/vm/vm.mk
include tests/vm/arm.mk

# --- the service, in a Debian with systemd: make test-service ---------------------------------

include tests/service/service.mk

# --- what is handed to others ---------------------------------------------------------------------

include tests/packages/packages.mk
