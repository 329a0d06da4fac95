// Tests the functions of calls.hpp that no other test uses, on a real kernel: maps, programs and BTF objects, what the kernel
// reports about them, and its statistics. The programs are run with BPF_PROG_TEST_RUN, so these tests also run on the running
// kernel.
#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/asm/object/map.hpp>
#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/loader/syscall/mapping.hpp>
#include <lsmith/tests/harness/policy/enforced.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace lsmith::loader {
namespace {

constexpr std::size_t page = 4096;

fd make(map_type type, std::uint32_t key_size, std::uint32_t value_size, std::uint32_t entries, std::uint32_t flags = 0,
        std::string_view name = "tested") {
  abi::map_create what{.map_type = static_cast<std::uint32_t>(type),
                       .key_size = key_size,
                       .value_size = value_size,
                       .max_entries = entries,
                       .map_flags = flags};
  put_name(what.map_name, name);
  auto made = create_map(what);
  REQUIRE(made);
  return std::move(*made);
}

/// A socket filter that returns this number.
fd returning(std::int32_t number) {
  isa::assembler code;
  code({isa::mov(isa::r0, number), isa::exit()});
  const auto finished = make_program("tested", "none", *std::move(code).finish()).code;
  abi::prog_load what{.prog_type = static_cast<std::uint32_t>(abi::prog_type::socket_filter),
                      .insn_cnt = static_cast<std::uint32_t>(finished.size()),
                      .insns = abi::address(finished.data()),
                      .license = abi::address("GPL")};
  put_name(what.prog_name, "returns");
  auto loaded = load_program(what);
  REQUIRE(loaded);
  return std::move(*loaded);
}

std::uint32_t run_once(const fd& filter) {
  char packet[64] = {};
  abi::test_run run{
      .prog_fd = static_cast<std::uint32_t>(filter.get()), .data_size_in = sizeof packet, .data_in = abi::address(packet)};
  REQUIRE(bpf(abi::command::prog_test_run, run) == 0);
  return run.retval;
}

std::uint16_t number_of(const result<void>& refused) { return refused ? std::uint16_t{0} : refused.error().system_error; }

/// Every id of one kind, as a walk finds them.
std::vector<std::uint32_t> walk(kernel_object which) {
  std::vector<std::uint32_t> all;
  auto id = next_id(which, 0);
  for (; id; id = next_id(which, *id)) all.push_back(*id);
  CHECK(id.error().system_error == ENOENT);
  CHECK(std::ranges::is_sorted(all));
  return all;
}

void check_found(kernel_object which, std::uint32_t id) {
  const auto all = walk(which);
  CHECK(std::ranges::find(all, id) != all.end());
  CHECK(open_id(which, id).has_value());
  CHECK(open_id(which, 0x7fffffff).error().system_error == ENOENT);
}

}  // namespace

TEST_CASE("freeze: user space cannot change a frozen map, but can read it") {
  const fd table = make(map_type::hash, 4, 8, 4);
  const std::uint32_t key = 1, other = 2;
  std::uint64_t value = 42;
  REQUIRE(update_element(table.get(), &key, &value));
  REQUIRE(freeze_map(table.get()));
  CHECK(number_of(update_element(table.get(), &key, &value)) == EPERM);
  CHECK(number_of(update_element(table.get(), &other, &value)) == EPERM);
  CHECK(number_of(delete_element(table.get(), &key)) == EPERM);
  value = 0;
  CHECK(lookup_element(table.get(), &key, &value));
  CHECK(value == 42);
  CHECK_FALSE(freeze_map(table.get()));  // EBUSY, or EPERM from some version on
}

TEST_CASE("mmap: a mappable array is memory, and cannot be frozen while it is mapped for writing") {
  const fd table = make(map_type::array, 4, 8, 4, abi::map_mappable);
  const std::uint32_t key = 2;
  std::uint64_t value = 7;
  {
    const mapping memory(page, PROT_READ | PROT_WRITE, table.get(), 0);
    REQUIRE(memory);
    auto* elements = reinterpret_cast<volatile std::uint64_t*>(memory.data());
    REQUIRE(update_element(table.get(), &key, &value));
    CHECK(elements[key] == 7);
    elements[key] = 8;
    CHECK(lookup_element(table.get(), &key, &value));
    CHECK(value == 8);
    CHECK(number_of(freeze_map(table.get())) == EBUSY);
  }
  REQUIRE(freeze_map(table.get()));
  CHECK_FALSE(mapping(page, PROT_READ | PROT_WRITE, table.get(), 0));
  CHECK(mapping(page, PROT_READ, table.get(), 0));
  CHECK_FALSE(mapping(page, PROT_READ, make(map_type::array, 4, 8, 4).get(), 0));  // not mappable
}

TEST_CASE("lookup and delete: one step for an element of a queue or stack, and of a hash table since 5.14") {
  const std::uint32_t numbers[] = {1, 2};
  const map_type kinds[] = {map_type::queue, map_type::stack};
  for (const map_type kind : kinds) {
    const fd line = make(kind, 0, 4, 4);
    for (const std::uint32_t& one : numbers) REQUIRE(update_element(line.get(), nullptr, &one));
    std::uint32_t taken = 0;
    CHECK(lookup_and_delete(line.get(), nullptr, &taken));
    CHECK(taken == (kind == map_type::queue ? 1 : 2));
    CHECK(lookup_and_delete(line.get(), nullptr, &taken));
    CHECK(number_of(lookup_and_delete(line.get(), nullptr, &taken)) == ENOENT);
  }
  const fd table = make(map_type::hash, 4, 4, 4);
  REQUIRE(update_element(table.get(), &numbers[0], &numbers[1]));
  std::uint32_t taken = 0;
  const bool supported = running_kernel() >= kernel_version{5, 14};
  CHECK(number_of(lookup_and_delete(table.get(), &numbers[0], &taken)) == (supported ? 0 : 524));
  CHECK(taken == (supported ? 2 : 0));
  CHECK(number_of(lookup_element(table.get(), &numbers[0], &taken)) == (supported ? ENOENT : 0));
}

TEST_CASE("lookup and delete: many elements in one call") {
  constexpr std::uint32_t many = 100;
  const fd table = make(map_type::hash, 4, 4, many);
  for (std::uint32_t i = 0; i < many; ++i) {
    const std::uint32_t value = i * 3;
    REQUIRE(update_element(table.get(), &i, &value));
  }
  std::uint32_t next = 0, keys[many + 1] = {}, values[many + 1] = {};
  abi::map_batch batch{.out_batch = abi::address(&next),
                       .keys = abi::address(keys),
                       .values = abi::address(values),
                       .count = many + 1,
                       .map_fd = static_cast<std::uint32_t>(table.get())};
  CHECK(number_of(lookup_and_delete_batch(batch)) == ENOENT);  // these were the last
  CHECK(batch.count == many);
  for (std::uint32_t i = 0; i < many; ++i) CHECK(values[i] == keys[i] * 3);
  std::sort(keys, keys + many);
  for (std::uint32_t i = 0; i < many; ++i) CHECK(keys[i] == i);
  CHECK(number_of(next_key(table.get(), nullptr, &next)) == ENOENT);
}

TEST_CASE("maps: the kernel reports what was created, and a walk over all finds the map") {
  const fd table = make(map_type::lpm_trie, 8, 16, 5, abi::map_without_preallocation, "a.trie");
  const auto info = describe_map(table);
  REQUIRE(info);
  CHECK(info->type == static_cast<std::uint32_t>(map_type::lpm_trie));
  CHECK(info->key_size == 8);
  CHECK(info->value_size == 16);
  CHECK(info->max_entries == 5);
  CHECK(info->map_flags == abi::map_without_preallocation);
  CHECK(std::string(info->name) == "a.trie");
  check_found(kernel_object::map, info->id);
}

TEST_CASE("programs: the kernel reports what was loaded and the map that was bound, and a walk over all finds the program") {
  const fd program = returning(7);
  const fd table = make(map_type::array, 4, 4, 1);
  std::uint32_t ids[2] = {};
  CHECK(maps_of_program(program, ids).value_or(99) == 0);
  REQUIRE(bind_map(program, table));
  CHECK(maps_of_program(program, ids).value_or(99) == 1);
  CHECK(ids[0] == describe_map(table)->id);
  const auto info = describe_program(program);
  REQUIRE(info);
  CHECK(info->type == static_cast<std::uint32_t>(abi::prog_type::socket_filter));
  CHECK(std::string(info->name) == "returns");
  CHECK(info->xlated_prog_len == 16);
  CHECK(info->created_by_uid == getuid());
  CHECK(info->load_time > 0);
  CHECK(info->nr_map_ids == 1);
  if (running_kernel() >= kernel_version{5, 16}) CHECK(info->verified_insns == 2);
  CHECK(std::memcmp(info->tag, describe_program(returning(7))->tag, sizeof info->tag) == 0);
  CHECK(std::memcmp(info->tag, describe_program(returning(8))->tag, sizeof info->tag) != 0);
  check_found(kernel_object::program, info->id);
}

TEST_CASE("types: the kernel reports the BTF that was loaded, byte for byte, and a walk over all finds it") {
  btf::encoder types;
  types.int_("int", 4, btf::int_encoding::signed_);
  const std::vector<std::byte> whole = types.finish();
  const auto loaded = load_btf(whole);
  REQUIRE(loaded);
  std::vector<std::byte> back(whole.size());
  abi::btf_info info{.btf = abi::address(back.data()), .btf_size = static_cast<std::uint32_t>(back.size())};
  REQUIRE(describe_btf(*loaded, info));
  CHECK(info.btf_size == whole.size());
  CHECK(back == whole);
  CHECK(info.kernel_btf == 0);
  check_found(kernel_object::types, info.id);
}

TEST_CASE("statistics: runs and run time are counted while the descriptor is open, and not before or after") {
  const fd program = returning(3);
  const auto counted = [&] { return describe_program(program)->run_cnt; };
  const bool by_others = [&] {
    run_once(program);
    return counted() != 0;
  }();  // kernel.bpf_stats_enabled
  {
    const auto counting = enable_statistics();
    REQUIRE(counting);
    const std::uint64_t before = counted(), time = describe_program(program)->run_time_ns;
    for (int i = 0; i < 5; ++i) CHECK(run_once(program) == 3);
    CHECK(counted() == before + 5);
    CHECK(describe_program(program)->run_time_ns > time);
  }
  const std::uint64_t before = counted();
  run_once(program);
  CHECK(counted() == before + (by_others ? 1 : 0));
}

TEST_CASE("test run: a program of type SYSCALL reads and writes its context, and its return value is returned (5.14+)") {
  using namespace isa;
  assembler code;
  code({load(r2, mem64[r1 + 0]), add(r2, 1), store(mem64[r1 + 8], r2), mov(r0, 5), isa::exit()});
  const auto finished = make_program("tested", "none", *std::move(code).finish()).code;
  const auto loaded = load_program({.prog_type = static_cast<std::uint32_t>(abi::prog_type::syscall),
                                    .insn_cnt = static_cast<std::uint32_t>(finished.size()),
                                    .insns = abi::address(finished.data()),
                                    .license = abi::address("GPL"),
                                    .prog_flags = abi::prog_sleepable});
  if (running_kernel() < kernel_version{5, 14}) {
    CHECK(loaded.error().system_error == EINVAL);
    return;
  }
  REQUIRE(loaded);
  std::uint64_t context[2] = {41, 0};
  CHECK(run_program(*loaded, std::as_writable_bytes(std::span(context))).value_or(0) == 5);
  CHECK(context[0] == 41);
  CHECK(context[1] == 42);
}

TEST_SUITE_BEGIN("lsm");

TEST_CASE("links: the kernel reports the program and hook of a link, and a walk over all finds it") {
  const auto policy = [] {
    isa::assembler code;
    code({isa::load(isa::r0, isa::mem64[isa::r1 + isa::previous_retval()]), isa::exit()});
    object whole;
    whole.programs.push_back(make_program("passes", "task_setnice", *std::move(code).finish()));
    return tests::require_enforced(checked<object>(std::move(whole)));
  }();
  const auto info = describe_link(policy.links[0]);
  REQUIRE(info);
  const auto program = describe_program(policy.programs[0]);
  CHECK(info->prog_id == program->id);
  CHECK(info->type == static_cast<std::uint32_t>(abi::link_type::tracing));
  CHECK(info->tracing.attach_type == static_cast<std::uint32_t>(abi::attach_type::lsm_mac));
  CHECK((info->tracing.target_btf_id != 0) == (running_kernel() >= kernel_version{5, 13}));
  if (running_kernel() >= kernel_version{6, 0}) CHECK(program->attach_btf_id == info->tracing.target_btf_id);
  check_found(kernel_object::link, info->id);
  CHECK(number_of(detach_link(policy.links[0])) == EOPNOTSUPP);  // only links to cgroups can be detached
}

TEST_CASE("pins: a program and a map are pinned, and opened again by their paths") {
  constexpr const char* at = "/sys/fs/bpf/lsmith-held";
  const fd program = returning(1), table = make(map_type::array, 4, 4, 1);
  REQUIRE(pin(program, at));
  CHECK(number_of(pin(table, at)) == EEXIST);
  CHECK(describe_program(*open_pin(at))->id == describe_program(program)->id);
  REQUIRE(unlink(at) == 0);
  REQUIRE(pin(table, at));
  CHECK(describe_map(*open_pin(at))->id == describe_map(table)->id);
  REQUIRE(unlink(at) == 0);
  CHECK(open_pin(at).error().system_error == ENOENT);
  CHECK(number_of(pin(table, "/tmp/lsmith-held")) == EPERM);  // no bpffs
}

TEST_SUITE_END();

}  // namespace lsmith::loader
