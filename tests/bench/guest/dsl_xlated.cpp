// In a guest: loads the rules of the typed level, and, with libbpf, those that clang compiled. Prints the number of
// instructions of each after the verifier.
//
//   xlated C-OBJECT...
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/bench/dsl_rules.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::bench;

constexpr unsigned slot = 8;
bool shows_reasons = false;

void print(const char* rule, const std::string& writer, unsigned bytes) {
  if (bytes == 0) std::printf("xlated %s %s refused\n", rule, writer.c_str());
  else std::printf("xlated %s %s %u\n", rule, writer.c_str(), bytes / slot);
}

unsigned bytes_here(const btf::types& kernel, const rule& each) {
  const auto made = dsl::lsm(kernel, each.hook, each.what);
  if (!made) return std::printf("%s: %s\n", each.name, to_string(made.error()).c_str()), 0;
  const auto loaded = loader::load(*made);
  if (!loaded) return shows_reasons ? std::printf("%s: %s\n", each.name, to_string(loaded.error()).c_str()) : 0, 0;
  const auto info = loader::describe_program(loaded->programs[0]);
  return info ? info->xlated_prog_len : 0;
}

unsigned bytes_in_c(const char* path, const rule& each) {
  bpf_object* whole = bpf_object__open_file(path, nullptr);
  if (whole == nullptr) return 0;
  unsigned bytes = 0;
  bpf_program* one = nullptr;
  bpf_object__for_each_program(one, whole) bpf_program__set_autoload(one, std::strcmp(bpf_program__name(one), each.in_c) == 0);
  one = bpf_object__find_program_by_name(whole, each.in_c);
  if (one != nullptr && bpf_object__load(whole) == 0) {
    bpf_prog_info info{};
    std::uint32_t size = sizeof info;
    if (bpf_obj_get_info_by_fd(bpf_program__fd(one), &info, &size) == 0) bytes = info.xlated_prog_len;
  }
  bpf_object__close(whole);
  return bytes;
}

std::string name_of(const char* path) {
  const std::string file = std::strrchr(path, '/') + 1;
  return file.substr(0, file.find('.'));
}

int quiet(libbpf_print_level, const char* format, va_list words) {
  return shows_reasons ? std::vfprintf(stderr, format, words) : 0;
}

}  // namespace

int main(int count, char** words) {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
  libbpf_set_print(quiet);
  shows_reasons = std::getenv("REASONS") != nullptr;
  std::ifstream in("/sys/kernel/btf/vmlinux", std::ios::binary);
  const std::vector<char> raw((std::istreambuf_iterator<char>(in)), {});
  const auto kernel = btf::types::parse(std::as_bytes(std::span(raw)));
  if (!kernel) return 1;
  for (const rule& each : rules) {
    print(each.in_c, "dsl", bytes_here(*kernel, each));
    for (int i = 1; i < count; ++i) print(each.in_c, name_of(words[i]), bytes_in_c(words[i], each));
  }
  std::printf("total: 1 passed, 0 failed, 0 skipped\n");  // for ring.sh: the guest ran to its end
}
