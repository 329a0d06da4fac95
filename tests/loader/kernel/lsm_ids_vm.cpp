// Compares the table of LSM ids with the kernel: with the record of each LSM that is built in (struct lsm_id), and with the two
// lists of the active ones.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <lsmith/loader/kernel/active_lsms.hpp>
#include <lsmith/loader/kernel/bpf_activity.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/syscall/small_file.hpp>
#include <lsmith/tests/harness/process/kernel_memory.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

using lsm_names = std::map<std::uint64_t, std::string>;

/// The LSMs that are built into the kernel, from their variables NAME_lsmid (struct lsm_id: a pointer to the name, then the id).
lsm_names built_in() {
  const kernel_memory memory;
  lsm_names all;
  for (const auto& [symbol, address] : memory.symbols()) {
    if (!symbol.ends_with("_lsmid")) continue;
    CAPTURE(symbol);
    const std::vector<std::uint8_t> record = memory.read(address, 16);
    REQUIRE(record.size() == 16);
    std::uint64_t words[2];
    std::memcpy(words, record.data(), sizeof words);
    all[words[1]] = memory.text(words[0]);
  }
  return all;
}

lsm_names in_our_table() {
  lsm_names all;
  for (std::uint64_t id = 0; id < 1000; ++id)
    if (const auto name = loader::name_of_lsm(id)) all[id] = *name;
  return all;
}

std::vector<std::string> listed_in_securityfs() {
  std::vector<std::string> names;
  loader::each_lsm(loader::read_small_file("/sys/kernel/security/lsm"), [&](std::string_view name) { names.emplace_back(name); });
  return names;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("LSMs: the table has the id and name of each one that the kernel has") {
  const lsm_names theirs = built_in(), ours = in_our_table();
  if (loader::running_kernel() < loader::kernel_version{6, 8}) {
    CHECK(theirs.empty());  // ids came with 6.8
    return;
  }
  std::set<std::string> only_ours;
  for (const auto& [id, name] : ours)
    if (!theirs.contains(id)) only_ours.insert(name);
  for (const auto& [id, name] : theirs) {
    CAPTURE(id);
    REQUIRE(ours.contains(id));
    CHECK(ours.at(id) == name);
  }
  CHECK(only_ours == std::set<std::string>{"loadpin", "safesetid", "smack"});  // Debian leaves these out
}
TEST_SUITE_END();

// Where the kernel's own list is active: ten LSMs.
TEST_SUITE_BEGIN("default");

TEST_CASE("LSMs: the ids of the active ones have the names, and the order, that securityfs shows") {
  const std::vector<std::string> names = listed_in_securityfs();
  REQUIRE(names.size() >= 5);
  std::uint64_t ids[loader::most_lsms];
  const long count = loader::list_lsms(ids);
  if (loader::running_kernel() < loader::kernel_version{6, 8}) {
    CHECK(count < 0);
    return;
  }
  REQUIRE(count == static_cast<long>(names.size()));
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(loader::name_of_lsm(ids[i]) == names[i]);
}
TEST_SUITE_END();
