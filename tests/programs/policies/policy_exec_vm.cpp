// Policies on which files may run: every way to run code from a file, from several file systems, and similar files that must be
// allowed to run.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <lsmith/btf/base/fd.hpp>
#include <lsmith/tests/harness/attacks/code_files.hpp>
#include <lsmith/tests/harness/attacks/namespaces.hpp>
#include <lsmith/tests/harness/policy/attempt.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// Code without a file. These policies must allow it; deny-writable-code is for it.
int map_anonymous_code() {
  return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
}

/// Every way to run code from an open file. The file is closed with the last of the attempts.
std::vector<attempt> all_ways(int opened, const char* rule) {
  const auto kept = std::make_shared<fd>(opened);
  const int file = kept->get();
  return {{"execute by descriptor", [kept] { return run_descriptor(kept->get()); }, rule},
          {"execute by /proc", [=] { return run_path("/proc/self/fd/" + std::to_string(file)); }, rule},
          {"map as code", [=] { return map_code(file); }, rule},
          {"map and make it code", [=] { return make_code(file); }, rule},
          {"map code of no file", map_anonymous_code, nullptr},
          {"map as data", [=] { return map_data(file); }, nullptr}};
}

std::vector<attempt> all_ways(const std::string& path, const char* rule) {
  auto all = all_ways(open(path.c_str(), O_RDONLY), rule);
  all.push_back({"execute by path", [=] { return run_path(path); }, rule});
  return all;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("deny-fileless-exec: a file without a name runs in no way; a file with a name on the same file system does") {
  const mounted tmpfs("tmpfs", "/tmp/lsmith-tmpfs");
  const std::string named = tmpfs.add("named");
  const bound_group bound("deny-fileless-exec");
  for (const int file : {memory_file(), unnamed_file(tmpfs.path), deleted_file(tmpfs.path)})
    check_attempts(bound, all_ways(file, "file-without-name"));
  check_attempts(bound, all_ways(named, nullptr));
}

TEST_CASE("deny-exec-from: a file on a listed file system runs in no way; a file on another one does") {
  const mounted tmpfs("tmpfs", "/tmp/lsmith-tmpfs"), ramfs("ramfs", "/tmp/lsmith-ramfs");
  const std::string attack = tmpfs.add("prog"), neighbour = ramfs.add("prog");
  const std::string script = ramfs.add("script", "#!" + attack + "\n");
  const bound_group bound("deny-exec-from", {{"from", "tmpfs,proc"}});
  check_attempts(bound, all_ways(attack, "file-system"));
  check_attempts(bound, {{"as a script's interpreter", [&] { return run_path(script); }, "file-system"}});
  check_attempts(bound, all_ways(neighbour, nullptr));
  check_attempts(bound, all_ways(memory_file(), "file-system"));
}

TEST_CASE("exec-only-from: a file on an untrusted device runs in no way; a file on the trusted one does") {
  const mounted foreign("tmpfs", "/tmp/lsmith-tmpfs"), trusted("tmpfs", "/tmp/lsmith-trusted");
  const std::string attack = foreign.add("prog"), neighbour = trusted.add("prog");
  const std::string script = trusted.add("script", "#!" + attack + "\n");
  const bound_group bound("exec-only-from", {{"trust", trusted.path}});
  check_attempts(bound, all_ways(attack, "device-not-trusted"));
  check_attempts(bound, {{"as a script's interpreter", [&] { return run_path(script); }, "device-not-trusted"}});
  check_attempts(bound, all_ways(neighbour, nullptr));
}

TEST_CASE("an event about a file shows its name, inode and device") {
  const mounted tmpfs("tmpfs", "/tmp/lsmith-tmpfs");
  const std::string attack = tmpfs.add("evil \"name");
  const bound_group bound("deny-exec-from", {{"from", "tmpfs"}});
  CHECK(bound.inside([&] { return run_path(attack); }) == EACCES);
  const auto all = events_of<programs::event>(bound.policy());
  REQUIRE(all.size() == 1);
  struct stat status = {};
  REQUIRE(stat(attack.c_str(), &status) == 0);
  CHECK(all[0].values[1] == status.st_ino);
  CHECK(all[0].values[2] == 0x01021994);
  CHECK(std::string(all[0].text.data()) == "evil \"name");
  CHECK(all[0].retval == -EACCES);
}

TEST_CASE("deny-drift: behind the inode of an overlay is its file in the upper layer, as the module's BTF says") {
  REQUIRE(load_module("overlay"));
  std::ifstream file("/sys/kernel/btf/overlay", std::ios::binary);
  if (!file) SKIP("this kernel has no BTF of modules, which came with Linux 5.11");
  const std::vector<char> raw{std::istreambuf_iterator<char>(file), {}};
  const auto module = btf::types::parse_split(std::as_bytes(std::span(raw)), kernel_types());
  REQUIRE(module);
  const auto found = module->find("ovl_inode", btf::composites), inode = module->find("inode", btf::kind::struct_);
  REQUIRE(found);
  REQUIRE(inode);
  const auto upper = module->locate(found->id(), "__upperdentry"), base = module->locate(found->id(), "vfs_inode");
  REQUIRE(upper);
  REQUIRE(base);
  CHECK(upper->byte_offset() == base->byte_offset() + inode->size());
}

TEST_SUITE_END();
