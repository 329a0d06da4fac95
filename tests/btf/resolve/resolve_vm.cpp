// On every kernel of the ring: compares resolve(), mapped and streamed, with class types. The guests have no other tool to
// compare with; on the host, ring.sh compares the same types with bpftool and clang.
#include <doctest/doctest.h>

#include <vector>

#include <unistd.h>

#include <lsmith/btf/elf/elf.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/tests/btf/sample.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::btf {
namespace {

constexpr const char* vmlinux = loader::kernel_btf::default_path;

TEST_CASE("kernel BTF: resolve() gives the same values as class types, mapped and streamed") {
  if (::access(vmlinux, R_OK) != 0) SKIP("this kernel has no BTF");
  const std::vector<std::byte> whole = *read_btf_file(vmlinux);
  const types all = *types::parse(whole);

  std::vector<relocation> relos;
  const std::vector<hook> every = hooks(all);
  REQUIRE(every.size() > 200);
  std::vector<std::int64_t> expected;
  const auto expect = [&](relocation one, std::int64_t value) {
    relos.push_back(one);
    expected.push_back(value);
  };
  for (const hook& each : every) {
    expect({.kind = core_relo_kind::hook_id, .name = each.name}, number(each.id));
    const entries<param> params = all.at(each.proto)->params();
    std::int64_t slots = 0;
    for (const param one : params) {
      expect({.kind = core_relo_kind::argument_slot, .type = each.name, .name = one.name}, slots * 8);
      slots += slots_of(all, one.type);
    }
    expect({.kind = core_relo_kind::previous_retval, .type = each.name}, slots * 8);
  }
  for (const char* name :
       {"task_struct", "file", "inode", "dentry", "mm_struct", "vm_area_struct", "sk_buff", "cred", "socket", "sock"}) {
    const type one = *all.find(name, kind::struct_);
    expect({.kind = core_relo_kind::type_size, .type = name}, one.size());
    for (const member each : one.members()) {
      if (each.name.empty() || each.bitfield_bits != 0) continue;
      expect({.kind = core_relo_kind::field_byte_offset, .type = one.name(), .name = each.name}, each.bit_offset / 8);
      expect({.kind = core_relo_kind::field_byte_size, .type = one.name(), .name = each.name},
             static_cast<std::int64_t>(all.size_of(each.type).value_or(0)));
    }
  }

  source mapped = source::mapped(whole);
  REQUIRE(resolve(mapped, relos));
  std::vector<relocation> again = relos;
  tests::streamed pieces(whole, source::good_window);
  source streaming = pieces.source();
  REQUIRE(resolve(streaming, again));
  for (std::size_t i = 0; i < relos.size(); ++i) {
    CAPTURE(relos[i].type);
    CAPTURE(relos[i].name);
    CHECK(relos[i].failed == cause::none);
    CHECK(relos[i].value == expected[i]);
    CHECK(again[i].value == expected[i]);
    CHECK(again[i].id == relos[i].id);
  }
}

TEST_CASE("kernel BTF: one relocation at a time, as the loader resolves them, gives the same value") {
  if (::access(vmlinux, R_OK) != 0) SKIP("this kernel has no BTF");
  const types all = *types::own(*read_btf_file(vmlinux));
  loader::kernel_btf kernel;
  REQUIRE(kernel.open());
  for (const char* name : {"file_open", "socket_create", "bprm_check_security", "task_kill"}) {
    relocation relo{.kind = core_relo_kind::hook_id, .name = name};
    source from = kernel.types();
    REQUIRE(resolve(from, {&relo, 1}));
    CHECK(relo.value == number(find_hook(all, name)->id));
  }
  for (const char* name : {"task_struct", "file", "cred", "there_is_none"}) {
    relocation relo{.kind = core_relo_kind::type_exists, .type = name};
    source from = kernel.types();
    REQUIRE(resolve(from, {&relo, 1}));
    CHECK(relo.value == all.find(name, kind::struct_).has_value());
  }
}

}  // namespace
}  // namespace lsmith::btf
