# SPDX-License-Identifier: GPL-2.0-only
# The screen of top, replayed into a terminal that can be read: tests/top/run.

TOP_SOURCES := $(wildcard tests/top/*.c)
TOP_OBJECTS := $(TOP_SOURCES:tests/top/%.c=build/obj/top/%.o)

build/obj/top/%.o: tests/top/%.c Makefile tests/tests.mk tests/top/top.mk
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_CFLAGS) -Itests/top -MMD -MP -c -o $@ $<

build/tests/top-replay: $(TOP_OBJECTS) $(PURE_OBJECTS)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_CFLAGS) -Wl,--wrap=enrich_wall_ns -o $@ $^ -ljansson $(UNIT_LIBS)

-include $(TOP_OBJECTS:.o=.d)

.PHONY: test-top record-top
test-top: build/tests/top-replay ## the screen of top, in a terminal of tmux
	@tests/top/run $(RESULTS)/top.tsv

# The screens as they are now: read what changed in tests/data/top before it is committed.
record-top: build/tests/top-replay ## its screens, anew
	@tests/top/run --record
