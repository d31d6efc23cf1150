# SPDX-License-Identifier: GPL-2.0-only
# How deep the stack of the BPF programs gets, as the strictest kernel counts it.

STACK_OBJECTS := $(patsubst tests/stack/%.c,build/obj/stack/%.o,$(filter-out %.bpf.c,$(wildcard tests/stack/*.c)))
STACK_BPF := $(foreach o,$(BPF_OBJECTS),build/bpf/$(o).loop.o build/bpf/$(o).unrolled.o)

build/obj/stack/%.o: tests/stack/%.c Makefile tests/stack/stack.mk
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -g -O1 $(SANITIZERS) -MMD -MP -c -o $@ $<

build/tests/stack-depth: $(STACK_OBJECTS)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -g $(SANITIZERS) -o $@ $^ -lelf

-include $(STACK_OBJECTS:.o=.d)

build/tests/stack-%.bpf.o: tests/stack/deep.bpf.c Makefile tests/stack/stack.mk
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -DFRAME=$* -c -o $@ $<

.PHONY: stack-binaries test-stack
stack-binaries: build/tests/stack-depth build/tests/stack-96.bpf.o build/tests/stack-97.bpf.o

test-stack: stack-binaries bpf-objects ## how much stack the BPF programs take
	@status=0; check='tests/check $(RESULTS)/stack.tsv stack'; depth=build/tests/stack-depth; \
	$$check every-program-fits $$depth $(STACK_BPF) || status=1; \
	$$check finds-one-too-deep sh -c "$$depth build/tests/stack-97.bpf.o; [ \$$? -eq 1 ]" || status=1; \
	$$check allows-one-that-fits $$depth build/tests/stack-96.bpf.o || status=1; exit $$status
