// Source lines for the kernel's log.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include <lsmith/asm/debug/debug_info.hpp>
#include <lsmith/asm/debug/source_text.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>

namespace lsmith::tests {
namespace {

struct source_file {
  std::string path = "/tmp/lsmith-source-" + std::to_string(getpid()) + ".cpp";
  explicit source_file(std::string_view content) { std::ofstream(path, std::ios::binary) << content; }
  ~source_file() { unlink(path.c_str()); }
  location at(std::uint32_t line) const { return {path.c_str(), line, 1, location::no_offset}; }
};

}  // namespace

TEST_CASE("source text: a line has no blanks at its ends, and control characters become blanks") {
  const source_file file("first\n\t  a({mov(r0, 0),\tx});  \r\n\nlast");
  source_texts sources;
  CHECK(sources.line(file.at(1)) == "first");
  CHECK(sources.line(file.at(2)) == "a({mov(r0, 0), x});");
  CHECK(sources.line(file.at(3)) == "");
  CHECK(sources.line(file.at(4)) == "last");
  CHECK(sources.line(file.at(5)) == "");
  CHECK(sources.line({}) == "");
}

TEST_CASE("source text: a long line is cut, and escapes do not reach a terminal") {
  const source_file file(std::string(1000, 'x') + "\n\x1b[31mred\x7f\n");
  source_texts sources;
  CHECK(sources.line(file.at(1)) == std::string(source_texts::longest, 'x'));
  CHECK(sources.line(file.at(2)) == " [31mred ");
}

TEST_CASE("source text: a path that is no regular file has no lines") {
  source_texts sources;
  CHECK(sources.line({"/does/not/exist.cpp", 1, 1, location::no_offset}) == "");
  CHECK(sources.line({"/tmp", 1, 1, location::no_offset}) == "");
  CHECK(sources.line({"/dev/zero", 1, 1, location::no_offset}) == "");
  const std::string pipe = "/tmp/lsmith-pipe-" + std::to_string(getpid());
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(sources.line({pipe.c_str(), 1, 1, location::no_offset}) == "");
  unlink(pipe.c_str());
}

TEST_CASE("line text: file and line, then the statement if its source can be read, else the instruction") {
  const source_file file("\n  a({call(helper::ktime_get_ns)});\n");
  const program made = {.code = {isa::call(isa::helper::ktime_get_ns).first(),
                                 isa::ld_imm64(isa::r1, isa::map_fd("seen")).first(), isa::ld_imm64(isa::r1, 0).second()},
                        .relocations = {{.slot = 1, .from = relocation_source::map, .name = "seen"}}};
  const std::string start = file.path.substr(file.path.rfind('/') + 1) + ":";
  source_texts reads, ignores(statements::ignore);
  CHECK(line_text({0, file.at(2)}, made, reads) == start + "2: a({call(helper::ktime_get_ns)});");
  CHECK(line_text({0, file.at(2)}, made, ignores) == start + "2: call bpf_ktime_get_ns");
  CHECK(line_text({0, file.at(1)}, made, reads) == start + "1: call bpf_ktime_get_ns");
  CHECK(line_text({1, {"/build/machine/policy.cpp", 7, 1, location::no_offset}}, made, reads) ==
        "policy.cpp:7: r1 = map_fd(seen) ll");
}

}  // namespace lsmith::tests
