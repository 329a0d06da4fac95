#include <lsmith/tests/harness/leftovers.hpp>

#include <unistd.h>

#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace lsmith::tests {
namespace {

/// Whether this is a guest of the test bed, where only the tests create programs and maps.
bool in_guest() { return access("/vm/commands", F_OK) == 0; }

std::size_t count(loader::kernel_object kind) {
  std::size_t number = 0;
  for (auto id = loader::next_id(kind, 0); id; id = loader::next_id(kind, *id)) ++number;
  return number;
}

/// BTF objects that a process loaded. Those of the kernel and its modules come and go by themselves and do not count.
std::size_t count_loaded_types() {
  std::size_t number = 0;
  for (auto id = loader::next_id(loader::kernel_object::types, 0); id; id = loader::next_id(loader::kernel_object::types, *id)) {
    const auto types = loader::open_id(loader::kernel_object::types, *id);
    const auto info = types ? loader::describe_btf(*types) : failure(types.error());
    number += info && info->kernel_btf == 0;
  }
  return number;
}

std::string more(const char* of_what, std::size_t before, std::size_t now) {
  if (now <= before) return {};
  return " " + std::to_string(now - before) + " " + of_what;
}

std::string difference(const resources& before, const resources& now) {
  return more("descriptors", before.descriptors, now.descriptors) + more("programs", before.programs, now.programs) +
         more("maps", before.maps, now.maps) + more("links", before.links, now.links) +
         more("BTF objects", before.types, now.types);
}

}  // namespace

resources count_resources() {
  resources all{.descriptors = open_descriptors()};
  if (!in_guest()) return all;
  all.programs = count(loader::kernel_object::program);
  all.maps = count(loader::kernel_object::map);
  all.links = count(loader::kernel_object::link);
  all.types = count_loaded_types();
  return all;
}

std::string left_since(const resources& before) {
  constexpr int attempts = 1000, pause = 10'000;
  std::string left = difference(before, count_resources());
  for (int attempt = 0; attempt < attempts && !left.empty() && in_guest(); ++attempt) {
    usleep(pause);
    left = difference(before, count_resources());
  }
  return left;
}

}  // namespace lsmith::tests
