#include <lsmith/loader/kernel_btf/kernel_btf.hpp>

#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/btf/text/terminated.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

using namespace std::string_view_literals;  // a literal with its length: the core has no strlen

constexpr int read_only = 0;     // O_RDONLY
constexpr int seek_to_end = 2;   // SEEK_END
constexpr int readable = 1;      // PROT_READ
constexpr int writable = 2;      // PROT_WRITE
constexpr int private_map = 2;   // MAP_PRIVATE
constexpr int of_no_file = 32;   // MAP_ANONYMOUS
constexpr std::uint16_t enoent = 2;
constexpr long interrupted = 4;  // EINTR

bool failed(long returned) { return returned < 0 && returned >= -4095; }

bool is_usual(const char* path) { return terminated(path) == terminated(kernel_btf::default_path); }

error unreadable(const char* path, std::uint16_t number) {
  const bool no_types = number == enoent && is_usual(path);
  return {.why = no_types ? cause::kernel_without_btf : cause::file_unreadable,
          .during = stage::read_types,
          .system_error = number,
          .name = terminated(path)};
}

// What the kernel reports about a BTF object: its info and its name.
struct btf_object {
  abi::btf_info info = {};
  char name[16] = {};
};
// Also copies up to `room` bytes of the BTF to `bytes`.
bool describe(const fd& types, btf_object& into, void* bytes = nullptr, std::uint32_t room = 0) {
  into.info = {.btf = abi::address(bytes), .btf_size = room, .name = abi::address(into.name), .name_len = sizeof into.name};
  abi::info_by_fd attributes{
      .bpf_fd = static_cast<std::uint32_t>(types.get()), .info_len = sizeof into.info, .info = abi::address(&into.info)};
  return !failed(bpf(abi::command::obj_get_info_by_fd, attributes));
}

// BTF objects get their ids in the order in which they are loaded, so vmlinux is among the first.
fd open_vmlinux(btf_object& found) {
  for (auto id = next_id(kernel_object::types, 0); id; id = next_id(kernel_object::types, *id)) {
    auto types = open_id(kernel_object::types, *id);
    if (types && describe(*types, found) && found.info.kernel_btf != 0 && terminated(found.name) == "vmlinux"sv)
      return std::move(*types);
  }
  return {};
}

}  // namespace

kernel_btf::~kernel_btf() { close(); }

void kernel_btf::close() {
  if (mapping_ != nullptr) system_call(sys::munmap, pointer_argument(mapping_), static_cast<long>(size_));
  mapping_ = nullptr;
  file_.reset();
}

result<void> kernel_btf::open(const char* path) {
  auto opened = open_file(path);
  if (!opened && opened.error().why == cause::kernel_without_btf && copy_by_id()) return {};
  return opened;
}

result<void> kernel_btf::open_file(const char* path) {
  auto opened = open_path(path, read_only);
  if (!opened) return failure(unreadable(path, opened.error().system_error));
  file_ = std::move(*opened);

  const long end = system_call(sys::lseek, file_.get(), 0, seek_to_end);
  if (failed(end)) return failure(unreadable(path, static_cast<std::uint16_t>(-end)));
  size_ = static_cast<std::size_t>(end);

  const long mapped = system_call(sys::mmap, 0, end, readable, private_map, file_.get(), 0);
  if (failed(mapped)) return {};
  mapping_ = reinterpret_cast<const std::byte*>(mapped);
  file_.reset();  // the mapping stays without the descriptor
  how_ = access::mapped;
  return {};
}

// Copies all of it, because the kernel copies from the start only.
bool kernel_btf::copy_by_id() {
  btf_object vmlinux;
  const fd types = open_vmlinux(vmlinux);
  if (!types) return false;
  const auto size = vmlinux.info.btf_size;
  const long memory = system_call(sys::mmap, 0, size, readable | writable, private_map | of_no_file, -1, 0);
  if (failed(memory)) return false;
  mapping_ = reinterpret_cast<const std::byte*>(memory);
  size_ = size;
  how_ = access::copied;
  return describe(types, vmlinux, reinterpret_cast<void*>(memory), size) && vmlinux.info.btf_size == size;
}

btf::source kernel_btf::types() {
  if (mapping_ != nullptr) return btf::source::mapped({mapping_, size_});
  return btf::source::reading(read_file, this, size_, window_);
}

bool kernel_btf::copy_to(std::byte* whole) {
  if (mapping_ != nullptr) {
    __builtin_memcpy(whole, mapping_, size_);
    return true;
  }
  for (std::size_t done = 0; done < size_;) {
    const long got = read_file(this, done, whole + done, size_ - done);
    if (got <= 0 && got != -interrupted) return false;
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  return true;
}

long kernel_btf::read_file(void* self, std::uint64_t offset, void* to, std::size_t length) {
  return system_call(sys::pread64, static_cast<kernel_btf*>(self)->file_.get(), pointer_argument(to), static_cast<long>(length),
                     static_cast<long>(offset));
}

}  // namespace lsmith::loader
