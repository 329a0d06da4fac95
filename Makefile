# Builds the four floors (btf, asm, loader, programs) into one library, the lsmith command over it, and the tests.
# One file without recursion, so make sees every dependency at once. Everything is built in build/.
#
#   make            the command and the static library        make test    all three rings of tests
#   make demo       shows a policy that denies a system call  make bench   measurements with their targets
#   make deps       installs (or lists) missing packages      make asan    unit tests under sanitizers
#   make dist       the static command and its checksum       make install PREFIX=/usr/local
#   make format     arranges the code with clang-format       make tidy    checks it with clang-tidy

VERSION  := 0.1.0
BUILD    ?= build
PREFIX   ?= /usr/local
STATIC   ?=
CXX      ?= g++
ifeq ($(origin CXX),default)
CXX      := g++
endif
OPTIMISE ?= -O2 -g
WARNINGS := -Wall -Wextra -Wconversion -Werror
CPPFLAGS += -I$(BUILD)/include -DLSMITH_VERSION='"$(VERSION)"'
CXXFLAGS += -std=c++23 $(OPTIMISE) $(WARNINGS) $(SANITIZE)
FLOORS   := btf asm loader programs
# The library's objects serve both the static and the shared library. Names are hidden, except those in headers between
# #pragma GCC visibility push(default) and pop: these are public (docs/api.md).
library_flags := -fPIC -fvisibility=hidden -fvisibility-inlines-hidden -fno-semantic-interposition

# ---------------------------------------------------------------------------------------------------------- sources --

# Rooms are up to four directories deep; build/ is not searched.
sources_in      = $(sort $(foreach directory,$(1),$(wildcard $(foreach depth,/ /*/ /*/*/ /*/*/*/,$(directory)$(depth)*.$(2)))))

standalone_program := programs/standalone/main.cpp programs/standalone/freestanding.cpp
command_sources := $(call sources_in,programs/cli,cpp)
command_library := $(filter-out programs/cli/main.cpp,$(command_sources))
library_sources := $(filter-out $(command_sources) $(standalone_program),$(call sources_in,$(FLOORS),cpp))

# The name of a test file says what it needs: nothing (ring 1); a running kernel, and tools to compare with (_kernel, ring 2);
# or only a kernel (_vm, rings 2 and 3: linked statically, it also runs in the virtual machines).
compiled_by_tests := tests/asm/assembler/constant/% tests/asm/assembler/no_compile/%
test_sources   := $(filter-out $(compiled_by_tests),$(call sources_in,$(FLOORS:%=tests/%) tests/attacks,cpp))
kernel_tests   := $(filter %_kernel.cpp,$(test_sources))
vm_tests       := $(filter %_vm.cpp,$(test_sources))
unit_tests     := $(filter-out $(kernel_tests) $(vm_tests),$(test_sources))
test_harness   := $(call sources_in,tests/harness,cpp)

# The core also compiles without heap, C library and exceptions (make core).
core_sources   := btf/base/error.cpp $(call sources_in,btf/relocation btf/resolve btf/search,cpp) asm/resolve/patch.cpp \
                  loader/syscall/calls.cpp loader/syscall/small_file.cpp loader/kernel/bpf_activity.cpp \
                  loader/kernel_btf/kernel_btf.cpp loader/kernel_btf/kernel_lookup.cpp loader/kernel_btf/resolve_live.cpp \
                  loader/pin/pin_directory.cpp loader/image/image.cpp loader/image/image_pins.cpp

object  = $(patsubst %.cpp,$(BUILD)/obj/%.o,$(1))
core    = $(patsubst %.cpp,$(BUILD)/core/%.o,$(1))

library := $(BUILD)/liblsmith.a
shared  := $(BUILD)/liblsmith.so.$(VERSION)
soname  := liblsmith.so.0.1
command := $(BUILD)/lsmith
ifdef STATIC
command_link := -static
endif
elf_libraries := -lelf -lz

.PHONY: all pages test test-unit test-kernel test-vm test-tools test-long demo deps core asan bench dist install uninstall clean kernels \
        format format-check tidy compile_commands.json
.PRECIOUS: $(BUILD)/obj/%.o $(BUILD)/core/%.o $(BUILD)/fuzz/obj/%.o
.DELETE_ON_ERROR:
all: $(command) $(library)

# Links to the floors, so that #include <lsmith/asm/isa/insn.hpp> finds the tree.
include_tree := $(BUILD)/include/lsmith/.made
$(include_tree): Makefile
	@mkdir -p $(@D)
	@for floor in $(FLOORS) tests; do ln -sfn "$(CURDIR)/$$floor" $(@D)/$$floor; done
	@touch $@

# Everything depends on this file, which contains the compiler, the options and the version: if one changes, all is rebuilt.
flags := $(BUILD)/.flags
words := $(CXX) $(CPPFLAGS) $(CXXFLAGS) $(library_flags) $(LDFLAGS) $(STATIC)
ifneq ($(words),$(shell cat $(flags) 2>/dev/null))
$(shell mkdir -p $(BUILD))
$(file >$(flags),$(words))
endif

# Tests are compiled often and run for a short time, so they are not optimised. Benchmarks are.
$(BUILD)/obj/tests/%.o: OPTIMISE := -O0 -g1
$(BUILD)/obj/tests/bench/%.o: OPTIMISE := -O2 -g
# These run once per program, outside the assembler's loop, so size matters more than speed.
$(call object,asm/assembler/assembler.cpp asm/object/code.cpp btf/base/pod_vector.cpp): OPTIMISE := -Os -g

$(BUILD)/obj/%.o: %.cpp $(flags) | $(include_tree)
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c $< -o $@

$(call object,$(library_sources)): CXXFLAGS += $(library_flags)

$(library): $(call object,$(library_sources))
	@rm -f $@
	$(AR) rcs $@ $^

$(shared): $(call object,$(library_sources)) programs/exported.map
	$(CXX) $(SANITIZE) -shared -Wl,-soname,$(soname) -Wl,--version-script,programs/exported.map $(filter %.o,$^) $(LDFLAGS) \
	  $(elf_libraries) -o $@

$(command): $(call object,$(command_sources)) $(library) $(flags)
	$(CXX) $(SANITIZE) $(command_link) $(filter-out $(flags),$^) $(LDFLAGS) -lboost_program_options $(elf_libraries) -o $@

$(BUILD)/lsmith-static: $(call object,$(command_sources)) $(library)
	$(CXX) -static $^ $(LDFLAGS) -lboost_program_options $(elf_libraries) -o $@

# ------------------------------------------------------------------------------------------------------------ tests --

harness := $(call object,$(test_harness))

$(BUILD)/tests/unit: $(call object,$(unit_tests)) $(call object,$(command_library)) $(harness) $(library)
	@mkdir -p $(@D)
	$(CXX) $(SANITIZE) $^ $(LDFLAGS) -lboost_program_options $(elf_libraries) -o $@

$(BUILD)/tests/kernel: $(call object,$(kernel_tests) $(vm_tests)) $(call object,$(command_library)) $(harness) $(library)
	@mkdir -p $(@D)
	$(CXX) $(SANITIZE) $^ $(LDFLAGS) -lboost_program_options $(elf_libraries) -o $@

# Without debug information: each guest gets a copy in its initramfs.
$(BUILD)/tests/vm: $(call object,$(vm_tests)) $(call object,$(command_library)) $(harness) $(library)
	@mkdir -p $(@D)
	$(CXX) -static -s $^ $(LDFLAGS) -lboost_program_options $(elf_libraries) -o $@

# The core alone: its only undefined symbols are mem* functions, and a program made of nothing else runs. It is optimised for
# size, except the walk over types.
core_optimise := -Os
$(BUILD)/core/btf/relocation/%.o $(BUILD)/core/btf/resolve/%.o $(BUILD)/core/btf/search/%.o: core_optimise := -O2
core_flags = -std=c++23 $(core_optimise) $(WARNINGS) -ffreestanding -fno-exceptions \
             -fno-rtti -fno-stack-protector -fno-asynchronous-unwind-tables -fno-threadsafe-statics -fno-pie -ffunction-sections
$(BUILD)/core/%.o: %.cpp | $(include_tree)
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(core_flags) -MMD -MP -c $< -o $@

$(BUILD)/core/core.o: $(call core,$(core_sources))
	$(LD) -r $^ -o $@

freestanding := $(BUILD)/core/programs/standalone/freestanding.o
$(BUILD)/tests/core-alone: $(BUILD)/core/tests/core/alone.o $(freestanding) $(BUILD)/core/core.o
	@mkdir -p $(@D)
	$(CXX) -nostdlib -static $^ -o $@

# The executable to which `lsmith build` appends a policy's image. The library contains it as bytes.
standalone := $(BUILD)/core/standalone
$(standalone): $(BUILD)/core/programs/standalone/main.o $(freestanding) $(BUILD)/core/core.o programs/standalone/layout.ld
	$(CXX) -nostdlib -static -Wl,-T,programs/standalone/layout.ld -Wl,--build-id=none -Wl,--gc-sections -s $(filter %.o,$^) -o $@

standalone_object := $(call object,programs/standalone/standalone.cpp)
$(standalone_object): $(standalone)
$(standalone_object): CPPFLAGS += -DLSMITH_STANDALONE='"$(standalone)"'

# A program outside the tree: built against an installed copy, which only pkg-config finds, and run in the virtual machines.
installed := $(abspath $(BUILD))/tests/installed
$(BUILD)/tests/outside: tests/outside/tiny_policy.cpp $(command) $(library) $(shared)
	@rm -rf $(installed)
	$(MAKE) -s install PREFIX=$(installed)
	$(CXX) -O2 -static $< $$(PKG_CONFIG_PATH=$(installed)/lib/pkgconfig pkg-config --cflags --libs lsmith) -o $@

# Each file of tests/fuzz is one target, LLVMFuzzerTestOneInput. `make test-long` runs clang's fuzzer on it. `make test` replays
# the inputs in tests/fuzz/seeds/NAME/ with the ordinary build.
fuzz_names := $(patsubst tests/fuzz/%.cpp,%,$(wildcard tests/fuzz/*.cpp))
replays    := $(fuzz_names:%=$(BUILD)/tests/replay-%)
fuzzers    := $(fuzz_names:%=$(BUILD)/fuzz/%)
FUZZ_SECONDS ?= 600

$(BUILD)/tests/replay-%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/fuzz/replay/main.o $(library)
	@mkdir -p $(@D)
	$(CXX) $(SANITIZE) $^ $(LDFLAGS) $(elf_libraries) -o $@

fuzz_flags := -std=c++23 -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
$(BUILD)/fuzz/obj/%.o: %.cpp | $(include_tree)
	@mkdir -p $(@D)
	clang++-19 $(CPPFLAGS) $(fuzz_flags) -MMD -MP -c $< -o $@

$(BUILD)/fuzz/%: $(BUILD)/fuzz/obj/tests/fuzz/%.o $(patsubst %.cpp,$(BUILD)/fuzz/obj/%.o,$(filter-out programs/%,$(library_sources)))
	clang++-19 -fsanitize=fuzzer,address,undefined $^ $(elf_libraries) -o $@

core: $(BUILD)/core/core.o $(BUILD)/tests/core-alone

test_binaries := $(BUILD)/tests/unit $(BUILD)/tests/kernel $(BUILD)/tests/vm $(BUILD)/tests/core-alone $(BUILD)/tests/outside \
                 $(replays) $(command) $(BUILD)/lsmith-static $(shared)

test: $(test_binaries)
	BUILD=$(BUILD) CXX=$(CXX) tests/run.sh $(TESTFLAGS)

test-unit: $(BUILD)/tests/unit
	$(BUILD)/tests/unit

test-kernel: $(BUILD)/tests/kernel $(command)
	BUILD=$(BUILD) $(BUILD)/tests/kernel --test-suite-exclude=lsm,inactive,unlisted,no_types,lockdown,default,pages

test-vm: $(BUILD)/tests/vm $(BUILD)/tests/core-alone $(BUILD)/tests/outside $(BUILD)/lsmith-static
	BUILD=$(BUILD) CXX=$(CXX) tests/run.sh --only vm $(TESTFLAGS)

test-long: $(fuzzers) $(BUILD)/tests/vm $(BUILD)/lsmith-static
	BUILD=$(BUILD) CXX=$(CXX) tests/vm/random_programs.sh 10000
	BUILD=$(BUILD) CXX=$(CXX) tests/vm/soak.sh
	tests/fuzz/run.sh $(FUZZ_SECONDS) $(fuzzers)

asan:
	$(MAKE) BUILD=$(BUILD)/asan OPTIMISE="-O1 -g" SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all" test-unit

benches := $(patsubst tests/bench/%.cpp,$(BUILD)/bench/%,$(wildcard tests/bench/*.cpp))
# The parts of a benchmark that run in the virtual machines, linked statically.
bench_guests := $(patsubst tests/bench/guest/%.cpp,$(BUILD)/bench/guest/%,$(wildcard tests/bench/guest/*.cpp))

bench: $(BUILD)/lsmith-static $(benches) $(bench_guests)
	@[ -n "$(benches)" ] || { echo "bench: there is nothing to measure"; exit 1; }
	@for bench in $(benches); do BUILD=$(BUILD) $$bench || exit 1; done
	BUILD=$(BUILD) CXX=$(CXX) tests/bench/size.sh
	BUILD=$(BUILD) CXX=$(CXX) tests/bench/ways.sh
	BUILD=$(BUILD) CXX=$(CXX) tests/bench/start.sh
	BUILD=$(BUILD) tests/bench/egress.sh
	BUILD=$(BUILD) tests/bench/thousand.sh

$(BUILD)/bench/guest/%: $(BUILD)/obj/tests/bench/guest/%.o $(library)
	@mkdir -p $(@D)
	$(CXX) -static $^ $(LDFLAGS) -lbpf $(elf_libraries) -o $@

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(library)
	@mkdir -p $(@D)
	$(CXX) $^ $(LDFLAGS) -lbpf $(elf_libraries) -o $@

demo: $(BUILD)/lsmith-static
	BUILD=$(BUILD) CXX=$(CXX) tests/vm/demo.sh

kernels:
	tests/vm/kernels.sh $(BUILD)/vm/kernels

# Writes the pages of docs/ that are generated, or the generated parts of them, from the tables in the sources.
pages: $(BUILD)/tests/unit
	LSMITH_WRITE_PAGES=1 $(BUILD)/tests/unit --test-case='*docs/*' >/dev/null
	LSMITH_WRITE_PAGES=1 tests/checks.sh structure

# ------------------------------------------------------------------------------------------- for those who change it --

# Needed besides the packages of tests/deps.sh: clang-format-19, clang-tidy-19.
sources_of_tree = $(shell git ls-files '*.cpp' '*.hpp')
format:
	@clang-format-19 -i $(sources_of_tree)

format-check:
	@clang-format-19 --dry-run --Werror $(sources_of_tree)

# Takes about 20 minutes on two CPUs; less with some files alone: make tidy TIDY="asm/isa/table.cpp"
TIDY ?= $(library_sources) $(command_sources) $(standalone_program)
tidy: compile_commands.json
	printf '%s\n' $(TIDY) | xargs -P $(shell nproc) -n 2 clang-tidy-19 --quiet -p .

# How each file is compiled, for clangd and clang-tidy, which look for this file at the top.
compiled := $(call object,$(library_sources) $(command_sources) $(test_harness) $(test_sources) $(fuzz_names:%=tests/fuzz/%.cpp) \
              $(wildcard tests/bench/*.cpp tests/bench/guest/*.cpp)) $(call core,$(standalone_program) tests/core/alone.cpp)
compile_commands.json: $(include_tree)
	@$(MAKE) -s --no-print-directory --dry-run --always-make $(compiled) | \
	  awk -v directory="$(CURDIR)" -f tests/checks/compile_commands.awk >$@

# ------------------------------------------------------------------------------------------------------- other goals --

# These goals install what they need before the first compiler runs.
deps:
	@tests/deps.sh
ifneq ($(filter demo test bench asan test-%,$(MAKECMDGOALS)),)
$(include_tree): | deps
endif

dist: $(BUILD)/lsmith-static
	@mkdir -p $(BUILD)/dist
	strip -o $(BUILD)/dist/lsmith-$(VERSION)-$(shell uname -m) $<
	cd $(BUILD)/dist && sha256sum lsmith-$(VERSION)-$(shell uname -m) | tee lsmith-$(VERSION)-$(shell uname -m).sha256

# Where things are installed. STRIP=: keeps symbols and debug information.
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DOCDIR     ?= $(PREFIX)/share/doc/lsmith
STRIP      ?= strip
to         := $(DESTDIR)

# Headers are installed if an umbrella header includes them, directly or through others.
umbrellas         := btf/btf.hpp asm/asm.hpp loader/loader.hpp programs/programs.hpp
installed_headers  = $(sort $(filter $(FLOORS:%=%/%),$(patsubst $(BUILD)/include/lsmith/%,%,\
                       $(shell $(CXX) $(CPPFLAGS) -std=c++23 -MM $(umbrellas)))))
installed_examples = $(wildcard programs/examples/[0-9]*.cpp) tests/outside/tiny_policy.cpp

install: $(command) $(library) $(shared) | $(include_tree)
	install -D $(command) $(to)$(PREFIX)/bin/lsmith
	install -D -m 644 $(library) $(to)$(LIBDIR)/liblsmith.a
	install -D $(shared) $(to)$(LIBDIR)/liblsmith.so.$(VERSION)
	$(STRIP) $(to)$(PREFIX)/bin/lsmith
	$(STRIP) --strip-unneeded $(to)$(LIBDIR)/liblsmith.so.$(VERSION)
	$(STRIP) --strip-debug $(to)$(LIBDIR)/liblsmith.a
	ln -sfn liblsmith.so.$(VERSION) $(to)$(LIBDIR)/$(soname)
	ln -sfn $(soname) $(to)$(LIBDIR)/liblsmith.so
	for header in $(installed_headers); do install -D -m 644 $$header $(to)$(INCLUDEDIR)/lsmith/$$header || exit 1; done
	install -d $(to)$(LIBDIR)/pkgconfig $(to)$(DOCDIR)/docs $(to)$(DOCDIR)/examples
	sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@INCLUDEDIR@|$(INCLUDEDIR)|; s|@VERSION@|$(VERSION)|' loader/lsmith.pc.in \
	  > $(to)$(LIBDIR)/pkgconfig/lsmith.pc
	install -m 644 README.md LICENSE $(to)$(DOCDIR)
	install -m 644 docs/*.md $(to)$(DOCDIR)/docs
	install -m 644 $(installed_examples) $(to)$(DOCDIR)/examples

uninstall:
	rm -f $(to)$(PREFIX)/bin/lsmith $(to)$(LIBDIR)/pkgconfig/lsmith.pc
	rm -f $(addprefix $(to)$(LIBDIR)/,liblsmith.a liblsmith.so $(soname) liblsmith.so.$(VERSION))
	rm -rf $(to)$(INCLUDEDIR)/lsmith $(to)$(DOCDIR)

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD)/obj $(BUILD)/core $(BUILD)/fuzz -name '*.d' 2>/dev/null)
