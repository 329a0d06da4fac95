#include <lsmith/loader/bpf_activity.hpp>

#include <string_view>

#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/loader/calls.hpp>

namespace lsmith::loader {
namespace {

using namespace std::string_view_literals;  // a literal with its length: the core has no strlen

constexpr std::uint64_t id_of_bpf = 109;  // LSM_ID_BPF of include/uapi/linux/lsm.h
constexpr int read_only = 0;              // O_RDONLY

/// As much of a small file as there is room for; empty when it cannot be read.
template <std::size_t Size>
std::string_view read_into(char (&room)[Size], const char* path) {
  const auto file = open_path(path, read_only);
  if (!file) return {};
  const long length = system_call(sys::read, file->get(), pointer_argument(room), Size);
  return length > 0 ? std::string_view(room, static_cast<std::size_t>(length)) : std::string_view();
}

/// The file's text is one line of names, set apart by commas.
bpf_activity search_list(std::string_view list) {
  std::size_t start = 0;
  for (std::size_t at = 0; at <= list.size(); ++at) {
    const bool ends = at == list.size() || list[at] == ',' || list[at] == '\n';
    if (!ends) continue;
    if (at - start == 3 && __builtin_memcmp(list.data() + start, "bpf", 3) == 0) return bpf_activity::active;
    start = at + 1;
  }
  return bpf_activity::absent;
}

}  // namespace

bpf_activity ask_bpf_activity() {
  std::uint64_t ids[64];
  std::uint32_t size = sizeof ids;
  const long count = system_call(sys::lsm_list_modules, pointer_argument(ids), pointer_argument(&size), 0);
  for (long i = 0; i < count; ++i)
    if (ids[i] == id_of_bpf) return bpf_activity::active;
  if (count >= 0) return bpf_activity::absent;
  char room[1024];
  const std::string_view list = read_into(room, "/sys/kernel/security/lsm");
  return list.empty() ? bpf_activity::unknown : search_list(list);
}

bool ftrace_is_off() {
  char room[16];
  const std::string_view text = read_into(room, "/proc/sys/kernel/ftrace_enabled");
  return text.size() == 2 && text[0] == '0';
}

}  // namespace lsmith::loader
