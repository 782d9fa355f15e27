# AEGIS Batch.  `make demo` and `make check` are all a newcomer needs; `make help`
# lists the rest.  A new cmd/STAGE.c or lib/*/*.c is found by itself.

FLAVOUR ?= rel
# make itself says CC=cc and AR=ar where nobody else does.
ifeq ($(origin CC),default)
CC := gcc
endif
BUILD   ?= build
O       := $(BUILD)/$(FLAVOUR)

# ISA-L unpacks gzip in a third of zlib's time; Debian has it for amd64 and arm64.
ISAL    := $(shell pkg-config --exists libisal 2>/dev/null && echo libisal)
PKGS    := libpq zlib $(ISAL) libzstd libcrypto yaml-0.1 libarchive libxxhash yajl
CSTD    := -std=c17 -D_POSIX_C_SOURCE=200809L
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
           -Wcast-qual -Wformat=2 -Wundef -Wvla -Wstrict-prototypes \
           -Wmissing-prototypes -Wwrite-strings -Wnull-dereference -Wswitch-enum
HARDEN  := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fPIE

CFLAGS_rel  := -O2 -g $(HARDEN)
LDFLAGS_rel := -pie -Wl,-z,relro,-z,now
CFLAGS_dev  := -O1 -g -Werror
CFLAGS_asan := -ftrivial-auto-var-init=pattern -O1 -g -Werror -fno-omit-frame-pointer -fsanitize=address,undefined \
               -fno-sanitize-recover=all
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS_cov  := -O0 -g --coverage -DAEGIS_COVERAGE
LDFLAGS_cov := --coverage
CFLAGS_fuzz := -O1 -g -Werror -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
               -fno-sanitize-recover=all
LDFLAGS_fuzz := -fsanitize=fuzzer,address,undefined
ifeq ($(FLAVOUR),fuzz)
CC := clang
endif

VERSION := 0.1.0
# Debian's libcsv has no pkg-config file.
CPPFLAGS += -Ilib -I$(O) -DAEGIS_VERSION='"$(VERSION)"' $(if $(ISAL),-DAEGIS_ISAL) $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
CFLAGS   += $(CSTD) $(WARN) $(CFLAGS_$(FLAVOUR)) -pthread -ffile-prefix-map=$(CURDIR)=. -MMD -MP
LDFLAGS  += $(LDFLAGS_$(FLAVOUR)) -Wl,--as-needed -pthread
LIBS     := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lcsv -lcrypt

# Long queries stand in files of their own, and are embedded.
QUERIES  := $(patsubst sql/queries/%.sql,$(O)/queries/%.inc,$(wildcard sql/queries/*.sql))
LIB_SRC  := $(wildcard lib/*/*.c)
LIB_OBJ  := $(LIB_SRC:%.c=$(O)/%.o)
CMD_SRC  := $(wildcard cmd/*.c)
STAGES   := $(filter-out aegis,$(CMD_SRC:cmd/%.c=%))
BIN      := $(if $(filter rel,$(FLAVOUR)),$(BUILD)/bin,$(O)/bin)
PROGRAMS := $(BIN)/aegis $(STAGES:%=$(BIN)/aegis-%)
UNIT_SRC := $(wildcard tests/unit/*/*.c)
UNITS    := $(UNIT_SRC:tests/unit/%.c=$(O)/tests/unit/%.t)
FUZZ_SRC := $(wildcard tests/fuzz/*.c)
FUZZERS  := $(FUZZ_SRC:tests/fuzz/%.c=$(O)/tests/fuzz/%)
TOOL_SRC := $(wildcard tests/tools/*.c)
TOOLS    := $(TOOL_SRC:tests/tools/%.c=$(O)/tests/tools/%)
MANPAGES := $(STAGES:%=$(BUILD)/man/man1/aegis-%.1) $(BUILD)/man/man1/aegis.1

# Where an installed program finds its settings and keeps its state; home.c alone asks.
PREFIX        ?= /usr/local
SYSCONFDIR    ?= /etc
LOCALSTATEDIR ?= /var
BINDIR        := $(PREFIX)/bin
DATADIR       := $(PREFIX)/share/aegis
DOCDIR        ?= $(PREFIX)/share/doc/aegis-batch
UNITDIR       ?= $(PREFIX)/lib/systemd/system
PLACES        := -DAEGIS_SYSCONFDIR='"$(SYSCONFDIR)"' -DAEGIS_LOCALSTATEDIR='"$(LOCALSTATEDIR)"'

.PHONY: install deb FORCE
.PHONY: all programs units fuzzers tools man demo check check-servers torture cov reference initdb-dir bench pairs lint format clean help deps
.SECONDARY:

all: programs man tools
programs: $(PROGRAMS)
units: $(UNITS)
fuzzers: $(FUZZERS)
tools: $(TOOLS)
man: $(MANPAGES)

# A query of sql/queries/ as a string of C, which the file that asks it includes.
$(O)/queries/%.inc: sql/queries/%.sql
	@mkdir -p $(@D)
	sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $< >$@.tmp && mv $@.tmp $@

$(O)/%.o: %.c | $(QUERIES)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(O)/places: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$(SYSCONFDIR) $(LOCALSTATEDIR)" | cmp -s - $@ || printf '%s\n' "$(SYSCONFDIR) $(LOCALSTATEDIR)" >$@
$(O)/lib/base/home.o: CPPFLAGS += $(PLACES)
$(O)/lib/base/home.o: $(O)/places

$(O)/libaegis.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) crD $@ $^

$(BIN)/aegis: $(O)/cmd/aegis.o $(O)/libaegis.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BIN)/aegis-%: $(O)/cmd/%.o $(O)/libaegis.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/tests/unit/%.t: $(O)/tests/unit/%.o $(O)/libaegis.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/tests/fuzz/%: $(O)/tests/fuzz/%.o $(O)/libaegis.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/tests/tools/%: $(O)/tests/tools/%.o $(O)/libaegis.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# The man pages are printed by the programs, from the table that parses their options.
$(BUILD)/man/man1/%.1: $(BUILD)/bin/%
	@mkdir -p $(@D)
	$< --man > $@.tmp && mv $@.tmp $@

# The completion for bash(1), from the tables by which the programs parse their options.
$(BUILD)/completion: $(PROGRAMS) scripts/completion
	scripts/completion $(BIN) >$@.tmp && mv $@.tmp $@

#: make install   PREFIX=/usr/local SYSCONFDIR=/etc LOCALSTATEDIR=/var DESTDIR=
# Files of /etc that are there already are left alone.
D := $(DESTDIR)
install: programs man $(BUILD)/completion
	install -d -m 755 $(D)$(BINDIR) $(D)$(PREFIX)/share/man/man1 $(D)$(PREFIX)/share/bash-completion/completions \
	    $(D)$(UNITDIR) $(D)$(PREFIX)/lib/sysusers.d $(D)$(PREFIX)/lib/tmpfiles.d $(D)$(DOCDIR) $(D)$(SYSCONFDIR)/aegis
	install -m 755 $(PROGRAMS) $(D)$(BINDIR)
	for f in $(MANPAGES); do gzip -9n <$$f >$(D)$(PREFIX)/share/man/man1/$${f##*/}.gz && \
	    chmod 644 $(D)$(PREFIX)/share/man/man1/$${f##*/}.gz || exit 1; done
	install -m 644 $(BUILD)/completion $(D)$(PREFIX)/share/bash-completion/completions/aegis
	set -e; find pipelines sql fixtures -type f ! -path 'sql/queries/*' ! -path 'fixtures/demo/*' ! -name '*.key' ! -name README.md | LC_ALL=C sort | \
	    while read -r f; do install -D -m 644 "$$f" "$(D)$(DATADIR)/$$f"; done
	install -D -m 755 scripts/verify.sh $(D)$(DATADIR)/scripts/verify.sh
	install -D -m 755 scripts/pg-tree $(D)$(DATADIR)/scripts/pg-tree
	set -e; find doc README.md -type f | LC_ALL=C sort | while read -r f; do install -D -m 644 "$$f" "$(D)$(DOCDIR)/$${f#doc/}"; done
	sed -i 's,](doc/,](,g' $(D)$(DOCDIR)/README.md
	install -m 644 LICENSE $(D)$(DOCDIR)/LICENSE
	set -e; cd etc/systemd; find . -type f | LC_ALL=C sort | while read -r f; do install -d -m 755 "$(D)$(UNITDIR)/$${f%/*}"; \
	    sed 's,@BINDIR@,$(BINDIR),; s,@SYSCONFDIR@,$(SYSCONFDIR),' "$$f" >"$(D)$(UNITDIR)/$$f"; chmod 644 "$(D)$(UNITDIR)/$$f"; done
	sed 's,@LOCALSTATEDIR@,$(LOCALSTATEDIR),' etc/sysusers.conf >$(D)$(PREFIX)/lib/sysusers.d/aegis-batch.conf
	sed 's,@LOCALSTATEDIR@,$(LOCALSTATEDIR),' etc/tmpfiles.conf >$(D)$(PREFIX)/lib/tmpfiles.d/aegis-batch.conf
	chmod 644 $(D)$(PREFIX)/lib/sysusers.d/aegis-batch.conf $(D)$(PREFIX)/lib/tmpfiles.d/aegis-batch.conf
	[ -e $(D)$(SYSCONFDIR)/aegis/aegis.yaml ] || install -m 644 etc/aegis.yaml $(D)$(SYSCONFDIR)/aegis/aegis.yaml

#: make deb       Debian's package, in build/deb (as debian/ says; needs debhelper)
deb:
	rm -rf $(BUILD)/deb
	mkdir -p $(BUILD)/deb/aegis-batch
	git ls-files -z | tar -c --null -T - | tar -x -C $(BUILD)/deb/aegis-batch
	cd $(BUILD)/deb/aegis-batch && dpkg-buildpackage -us -uc -b
	@ls $(BUILD)/deb/*.deb

clean:
	rm -rf $(BUILD)

# What a person types.  Long outputs stay in files; `make V=1 demo` shows the build.
JOBS  ?= $(shell nproc 2>/dev/null || echo 2)
QUIET := $(if $(V),,-s)
SUB    = $(MAKE) --no-print-directory $(QUIET) $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))
C_ALL  = $(LIB_SRC) $(CMD_SRC) $(UNIT_SRC) $(FUZZ_SRC) $(TOOL_SRC)
H_ALL  = $(wildcard lib/*/*.h tests/*.h tests/*/*.h)

help:
	@sed -n 's/^#: //p' Makefile

#: make demo      install what is missing, build, import a night's files, show what landed;
#:                FROM=fixture: into the database of fixtures/demo
demo:
	@scripts/setup demo
	@echo "building (half a minute the first time)"
	@$(SUB) all
	@FROM="$(FROM)" scripts/demo

#: make check     everything that CI runs: units, stages, system, both compilers, fuzzing
check:
	@scripts/setup check
	@$(SUB) FLAVOUR=rel all units
	@$(SUB) FLAVOUR=asan programs units tools
	@scripts/check

#: make check-servers  the tests that a server may fail, on PostgreSQL 15 or what the machine has
#:                without AGE, on 17 with AGE 1.5, on 18 with AGE 1.8 (fetched once)
SERVER_TESTS := tests/system/schema.t tests/system/drift.t tests/system/night.t tests/system/graph.t \
    tests/system/merge.t tests/system/links.t tests/system/rules.t tests/system/roles.t \
    tests/system/audit_export.t tests/system/fixture.t tests/system/fixture_graph.t \
    tests/system/yesterday.t tests/system/restart.t tests/system/waits.t
check-servers:
	@scripts/setup check
	@$(SUB) FLAVOUR=rel all units
	@TESTS=tests/system/servers.t scripts/check
	@for v in 17 18; do echo "PostgreSQL $$v"; \
	    AEGIS_TEST_POSTGRES=$$v TESTS="$(SERVER_TESTS)" scripts/check || exit 1; done

#: make torture   kills, restarts, random histories and fuzzing at full length: hours; every count
#:                (CHAOS_KILLS, RESTARTS, FUZZ_SECONDS, ...) can be set
torture: export CHAOS_KILLS ?= 200
torture: export CHAOS_CUTS ?= 60
torture: export GRAPH_KILLS ?= 100
torture: export TRACE_VALUES ?= 10000
torture: export MERGE_NIGHTS ?= 30
torture: export GROUND_KILLS ?= 50
torture: export LOAD_ROUNDS ?= 12
torture: export LOAD_CUTS ?= 60
torture: export RULES_STEPS ?= 120
torture: export RULES_RACES ?= 50
torture: export FIXTURE_KILLS ?= 40
torture: export FIXTURE_SLICES ?= 60
torture: export RESTARTS ?= 50
torture: export FAULTS ?= 200
torture: export BESIDE_NIGHTS ?= 20
torture: export FUZZ_SECONDS ?= 600
torture: export SPOILT ?= 10000
torture: export ODD ?= 1000
torture: export RECORDS ?= 100000
torture: export TESTS ?= tests/system/chaos.t tests/system/restart.t tests/system/faults.t tests/system/graph.t tests/system/merge.t tests/system/ground.t tests/system/trace.t \
    tests/system/entity_load.t tests/system/rules.t tests/system/fixture.t tests/system/beside.t tests/fuzz/fuzz.t \
    tests/cli/rrc-decode/spoilt.t tests/cli/rrc-decode/next.t
torture:
	@scripts/setup check
	@$(SUB) FLAVOUR=rel all units
	@scripts/check

#: make cov       lines and branches that the tests run, by directory of lib/ (TESTS: of these only)
cov:
	@scripts/setup check
	@$(SUB) FLAVOUR=rel all
	@$(SUB) FLAVOUR=cov programs units
	@find $(BUILD)/cov -name '*.gcda' -delete
	@AEGIS_BIN=$(CURDIR)/$(BUILD)/cov/bin AEGIS_FLAVOUR=cov scripts/cov $(BUILD)/cov

#: make           the programs, in build/bin, and their man pages
#: make deps      install what building and testing need (as root)
deps:
	@scripts/setup check

#: make reference   describe what sql/ makes, in sql/reference, after each change of sql/
reference: programs
	@scripts/reference

#: make initdb-dir  the schema for a container's init directory; DIR=build/initdb
DIR ?= $(BUILD)/initdb
initdb-dir:
	@scripts/initdb-dir "$(DIR)"

#: make bench     one line a figure; BENCH=NAME, SIZE=N
#: make pairs     this checkout beside an older one, in turn: OLD=DIR
#: make lint      clang-tidy over programs and library
lint:
	@printf '%s\n' $(LIB_SRC) $(CMD_SRC) | xargs -P $(JOBS) -I '{}' \
	    clang-tidy --quiet '{}' -- $(CPPFLAGS) $(CSTD) $(WARN)

#: make format    lay the C files out with clang-format 14
format:
	@clang-format --version | grep -q 'version 14\.' || { echo 'make format: needs clang-format 14' >&2; exit 1; }
	@clang-format -i $(C_ALL) $(H_ALL)

#: make clean     remove build/ (the private database under var/ stays: aegis db destroy)
#: FLAVOUR=dev|rel|asan|cov|fuzz, CC=clang, V=1

-include $(shell find $(O) -name '*.d' 2>/dev/null)

# Figures, each beside its anchor: make bench [BENCH=decode|text|chain|memory|table|audit|rules|fixture|nightly|load|tenants|trace|links|badrows|frames|texas] [SIZE=WELLS]
bench: all tools
	@BENCH="$(BENCH)" SIZE="$(SIZE)" python3 tests/bench/bench.py

# This checkout beside another one that is built, in turn: make pairs OLD=DIR [BENCH=CASE] [PAIRS=15]
pairs: all tools
	@python3 tests/bench/pairs.py "$(OLD)" . $(BENCH)
