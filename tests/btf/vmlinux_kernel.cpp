// Against the running kernel's own types, with bpftool as the judge: it reads the same file through libbpf.
#include <doctest/doctest.h>

#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/dump.hpp>
#include <lsmith/btf/elf.hpp>
#include <lsmith/btf/hooks.hpp>
#include <lsmith/btf/resolve.hpp>
#include <lsmith/tests/btf/sample.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::btf {
namespace {

constexpr const char* vmlinux = "/sys/kernel/btf/vmlinux";

bool kernel_has_btf() { return ::access(vmlinux, R_OK) == 0; }

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string text;
  char piece[65536];
  while (const std::size_t got = std::fread(piece, 1, sizeof piece, pipe.get())) text.append(piece, got);
  return text;
}

// Where two texts first differ, with the lines around it; empty when they are the same.
std::string first_difference(const std::string& a, const std::string& b) {
  std::istringstream left(a), right(b);
  std::string x, y, before;
  while (true) {
    const bool more = static_cast<bool>(std::getline(left, x));
    if (more != static_cast<bool>(std::getline(right, y))) return "one ends behind: " + before;
    if (!more) return {};
    if (x != y) return before + "\n  " + x + "\n  " + y;
    before = x;
  }
}

TEST_CASE("kernel BTF: every type, size, offset and id is the one that bpftool reads") {
  if (!kernel_has_btf()) SKIP("this kernel has no BTF");
  const result<std::vector<std::byte>> whole = read_btf_file(vmlinux);
  REQUIRE(whole);
  const result<types> all = types::parse(*whole);
  REQUIRE_MESSAGE(all, (all ? "" : to_string(all.error())));
  const std::string theirs = output_of(std::string("bpftool btf dump file ") + vmlinux + " 2>/dev/null");
  if (theirs.empty()) SKIP("bpftool does not run here");
  CHECK(first_difference(raw_text(*all), theirs) == "");
}

TEST_CASE("kernel BTF: resolving answers as the whole view does, mapped and streamed") {
  if (!kernel_has_btf()) SKIP("this kernel has no BTF");
  const std::vector<std::byte> whole = *read_btf_file(vmlinux);
  const types all = *types::parse(whole);

  std::vector<wanted> asked;
  const std::vector<hook> every = hooks(all);
  REQUIRE(every.size() > 200);
  std::vector<std::int64_t> expected;
  const auto expect = [&](wanted one, std::int64_t value) {
    asked.push_back(one);
    expected.push_back(value);
  };
  for (const hook& each : every) {
    expect({.ask = question::hook_id, .name = each.name}, number(each.id));
    const entries<param> params = all.at(each.proto)->params();
    std::int64_t slots = 0;
    for (const param one : params) {
      expect({.ask = question::argument_slot, .type = each.name, .name = one.name}, slots * 8);
      slots += slots_of(all, one.type);
    }
    expect({.ask = question::previous_answer, .type = each.name}, slots * 8);
  }
  for (const char* name : {"task_struct", "file", "inode", "dentry", "mm_struct", "vm_area_struct", "sk_buff", "cred", "socket", "sock"}) {
    const type one = *all.find(name, kind::struct_);
    expect({.ask = question::type_size, .type = name}, one.size());
    for (const member each : one.members()) {
      if (each.name.empty() || each.bitfield_bits != 0) continue;
      expect({.ask = question::field_byte_offset, .type = one.name(), .name = each.name}, each.bit_offset / 8);
      expect({.ask = question::field_byte_size, .type = one.name(), .name = each.name}, static_cast<std::int64_t>(all.size_of(each.type).value_or(0)));
    }
  }

  source mapped = source::mapped(whole);
  REQUIRE(resolve(mapped, asked));
  std::vector<wanted> again = asked;
  tests::streamed pieces(whole, source::good_window);
  source streaming = pieces.source();
  REQUIRE(resolve(streaming, again));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    CAPTURE(asked[i].type);
    CAPTURE(asked[i].name);
    CHECK(asked[i].failed == cause::none);
    CHECK(asked[i].value == expected[i]);
    CHECK(again[i].value == expected[i]);
    CHECK(again[i].id == asked[i].id);
  }
}

TEST_CASE("kernel BTF: functions that are only named like hooks are left out") {
  if (!kernel_has_btf()) SKIP("this kernel has no BTF");
  const types all = *types::own(*read_btf_file(vmlinux));
  for (const char* name : {"init", "func_proto", "is_sleepable_hook", "verify_prog"}) {
    CHECK(find_hook(all, name).error().why == cause::unknown_hook);
  }
  const result<hook> create = find_hook(all, "socket_create");
  REQUIRE(create);
  CHECK(prototype(all, *create) == "int socket_create(int family, int type, int protocol, int kern)");
  CHECK(find_argument(all, *create, "kern")->offset == 24);
}

}  // namespace
}  // namespace lsmith::btf
