# SPDX-License-Identifier: GPL-2.0-only
# How the benchmarks are built; tests/bench/run runs them.

BENCH_OBJ := build/obj/bench
BENCH_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -g -O2
BENCH_OBJECTS := $(patsubst tests/bench/%.c,$(BENCH_OBJ)/%.o,\
	$(filter-out tests/bench/floor.c tests/bench/opener.c %.bpf.c,$(wildcard tests/bench/*.c)))

$(BENCH_OBJ)/%.o: tests/bench/%.c Makefile tests/bench/bench.mk
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_CFLAGS) -MMD -MP -c -o $@ $<

# A policy is judged in the benchmark itself, a screen drawn: what these take of the rooms, as the program has it.
$(BENCH_OBJ)/policy.o $(BENCH_OBJ)/screen.o: BENCH_CFLAGS += -Iuser

$(BENCH_OBJ)/rooms.a: $(filter $(foreach room,base model enrich policy alert output tui,$(OBJ)/$(room)/%),$(OBJECTS))
	$(call say,AR,$@)
	$(Q)mkdir -p $(@D) && rm -f $@
	$(Q)$(AR) rcs $@ $^

build/bench/bench: $(BENCH_OBJECTS) $(BENCH_OBJ)/rooms.a
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_CFLAGS) -o $@ $^ $(CURSES_LIBS)

build/bench/floor: $(BENCH_OBJ)/floor.o
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_CFLAGS) -o $@ $^ -lbpf -lelf -lz

build/bench/opener: $(BENCH_OBJ)/opener.o
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_CFLAGS) -o $@ $^

# How many of short-lived openers porttrace and bcc's tools tell, on other kernels.
.PHONY: bench-peers
bench-peers: build/porttrace build/bench/opener ## what bcc's tools tell of short-lived openers, and porttrace; other kernels
	@tools/setup vm
	@tools/setup bench
	@PATH=$$PATH:/usr/sbin; tests/vm/script tests/vm/guest-peers build/porttrace build/bench/opener \
		$$(for tool in solisten bindsnoop tcpstates; do command -v $$tool || exit; done) -- 5.10 6.1 6.12 newest

build/bench/floor.bpf.o: tests/bench/floor.bpf.c Makefile tests/bench/bench.mk
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D) $(BENCH_OBJ)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MF $(BENCH_OBJ)/floor.bpf.d -c -o $@ $<

-include $(BENCH_OBJECTS:.o=.d) $(BENCH_OBJ)/floor.d $(BENCH_OBJ)/floor.bpf.d

.PHONY: bench-binaries
bench-binaries: build/bench/bench build/bench/floor build/bench/floor.bpf.o
