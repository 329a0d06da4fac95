#include <lsmith/loader/kernel/bpf_activity.hpp>

#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/loader/syscall/small_file.hpp>

namespace lsmith::loader {
namespace {

constexpr std::uint64_t id_of_bpf = 109;  // LSM_ID_BPF of include/uapi/linux/lsm.h

bpf_activity search_list(std::string_view list) {
  bpf_activity found = bpf_activity::absent;
  each_lsm(list, [&](std::string_view name) {
    if (name.size() == 3 && __builtin_memcmp(name.data(), "bpf", 3) == 0) found = bpf_activity::active;
  });
  return found;
}

}  // namespace

long list_lsms(std::uint64_t (&ids)[most_lsms]) {
  std::uint32_t size = sizeof ids;
  return system_call(sys::lsm_list_modules, pointer_argument(ids), pointer_argument(&size), 0);
}

bpf_activity read_bpf_activity() {
  std::uint64_t ids[most_lsms];
  const long count = list_lsms(ids);
  for (long i = 0; i < count; ++i)
    if (ids[i] == id_of_bpf) return bpf_activity::active;
  if (count >= 0) return bpf_activity::absent;
  char room[1024];
  const std::string_view list = read_small_file("/sys/kernel/security/lsm", room);
  return list.empty() ? bpf_activity::unknown : search_list(list);
}

bool ftrace_is_off() {
  char room[16];
  const std::string_view text = read_small_file("/proc/sys/kernel/ftrace_enabled", room);
  return text.size() == 2 && text[0] == '0';
}

}  // namespace lsmith::loader
