// disasm --id: a loaded program as text, with the names of its maps, functions and source lines.
#include <doctest/doctest.h>

#include <unistd.h>

#include <sstream>
#include <string>

#include <lsmith/asm/text/parse.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/inspect/readable_program.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/asm/isa/minimal_program.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/running_kernel.hpp>

namespace lsmith::tests {
namespace {

std::string id_of(const fd& loaded) {
  const auto info = loader::describe_program(loaded);
  REQUIRE(info);
  return std::to_string(info->id);
}

minimal_program sample() {
  using namespace isa;
  minimal_program made;
  const int map = minimal::add_map(made, map_type::array, 8);
  made.append({mov(r6, r1), ld_imm64(r1, map_value(map, 4)), call(helper::get_prandom_u32), jeq(r0, 5, +1), call_local(+2),
               mov(r0, 0), exit(), mov(r0, 1), exit()});
  minimal::add_function(made, 8);
  return made;
}

}  // namespace

TEST_CASE("disasm --id: maps, helpers and functions have names, and asm accepts the text") {
  const minimal_program made = sample();
  const auto loaded = load(made);
  REQUIRE(loaded);
  const outcome got = lsmith_says({"disasm", "--id", id_of(*loaded)});
  CHECK(got.err == "");
  REQUIRE(got.status == 0);
  const std::string map = "map_" + std::to_string(loader::read_program(*loaded)->maps[0]);
  CHECK(got.out == "; program " + id_of(*loaded) +
                       ", of type 1, loaded by uid 0\n"
                       "  r6 = r1\n"
                       "  r1 = map_value(" +
                       map +
                       ", 4) ll\n"
                       "  call bpf_get_prandom_u32\n"
                       "  if r0 == 5 goto L1\n"
                       "  call second\n"
                       "L1:\n"
                       "  r0 = 0\n"
                       "  exit\n"
                       ".function second\n"
                       "  r0 = 1\n"
                       "  exit\n");
  const auto again = isa::text::parse_code(got.out, "t.s");
  REQUIRE_MESSAGE(again, to_string(again.error()));
  CHECK(again->insns.size() == made.code.size());
  const outcome kernel = lsmith_says({"disasm", "--id", id_of(*loaded), "--kernel"});
  CHECK(kernel.out.find("(85) call bpf_get_prandom_u32#7\n(15) if r0 == 0x5 goto pc+1\n(85) call pc+2\n") != std::string::npos);
}

TEST_CASE("disasm --id: an id without a program, and arguments that exclude each other") {
  const outcome absent = lsmith_says({"disasm", "--id", "4000000000"});
  CHECK(absent.status == 1);
  CHECK(absent.err == "lsmith: no program is loaded with id 4000000000; 'lsmith list' shows those of BPF LSM\n");
  CHECK(lsmith_says({"disasm", "--id", "1", "--hex"}).status == 2);
  CHECK(lsmith_says({"disasm", "--id", "1", "file.o"}).status == 2);
  CHECK(lsmith_says({"disasm", "--id", "many"}).status == 2);
}

TEST_CASE("disasm --id: without privilege it says which capability is missing") {
  const minimal_program made = sample();
  const auto loaded = load(made);
  REQUIRE(loaded);
  const std::string id = id_of(*loaded);
  CHECK(
      as_user(4711, [&] {
        const outcome got = lsmith_says({"disasm", "--id", id});
        const bool reported =
            got.err ==
            "lsmith: this process lacks CAP_SYS_ADMIN, which reading a loaded program needs; run it as root or give it that capability\n";
        return got.status == 1 && got.out.empty() && reported ? 0 : 1;
      }) == 0);
}

TEST_SUITE_BEGIN("lsm");

TEST_CASE("disasm --id: a policy has its hook, its maps and its source lines") {
  tests::allow_locked_memory();
  const auto whole = isa::text::parse(R"(.license "GPL"
.map seen, hash, 4, 8, 16
.program note, file_open
  r1 = map_fd(seen) ll
  call bpf_get_current_pid_tgid
  call count
  r0 = 0
  exit
.function count
  r0 = 7
  exit
)",
                                      "note.s");
  REQUIRE(whole);
  const auto live = loader::load(*whole);
  REQUIRE_MESSAGE(live, to_string(live.error()));
  const outcome got = lsmith_says({"disasm", "--id", id_of(live->programs[0])});
  CHECK(got.err == "");
  const bool has_hook = loader::running_kernel() >= loader::kernel_version{6, 0};  // bpf_prog_info.attach_btf_id
  const std::string listing =
      "  ; note.s:4: r1 = map_fd(seen) ll\n  r1 = map_fd(seen) ll\n"
      "  ; note.s:5: call bpf_get_current_pid_tgid\n  call bpf_get_current_pid_tgid\n"
      "  ; note.s:6: call pc+2\n  call count\n"
      "  ; note.s:7: r0 = 0\n  r0 = 0\n  ; note.s:8: exit\n  exit\n"
      ".function count\n  ; note.s:10: r0 = 7\n  r0 = 7\n  ; note.s:11: exit\n  exit\n";
  CAPTURE(got.out);
  CHECK(got.out.ends_with(listing));
  CHECK((got.out.find(".program note, file_open\n") != std::string::npos) == has_hook);
  CHECK((got.out.find(".map seen, hash, 4, 8, 16\n") != std::string::npos) == has_hook);
}

TEST_SUITE_END();

}  // namespace lsmith::tests
