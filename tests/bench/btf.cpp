// Measures reading BTF of the running kernel, in the same run as libbpf, which does the same in another way. Each line is the
// best of many rounds, with its target if it has one.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <bpf/btf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lsmith/btf/elf/elf.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/btf/explore/print.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/btf/types/types.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::btf;

constexpr const char* vmlinux = "/sys/kernel/btf/vmlinux";
int missed = 0;

template <class Work>
double milliseconds(Work work, int rounds = 40) {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

void report(const char* what, double measured) { std::printf("%-64s %8.3f ms\n", what, measured); }

void report_at_most(const char* what, double measured, double target) {
  const bool met = measured <= target;
  missed += met ? 0 : 1;
  std::printf("%-64s %8.3f ms  target %.1f ms: %s\n", what, measured, target, met ? "met" : "missed");
}

void report_times(const char* what, double ours, double theirs, double target) {
  const bool met = theirs >= target * ours;
  missed += met ? 0 : 1;
  std::printf("%-64s %8.3f ms  libbpf %.3f ms, %.1f times; target %.0f: %s\n", what, ours, theirs, theirs / ours, target,
              met ? "met" : "missed");
}

void must(bool fine, const char* what) {
  if (fine) return;
  std::printf("failed: %s\n", what);
  std::exit(1);
}

void resolve_all(source from, std::vector<relocation>& all) {
  must(resolve(from, all).has_value(), "resolve");
  for (const relocation& each : all) must(each.failed == cause::none, "a relocation");
}

/// The file with the running kernel's BTF, open.
class kernel_file {
 public:
  kernel_file() : file_(::open(vmlinux, O_RDONLY | O_CLOEXEC)) {
    struct stat about = {};
    if (file_ >= 0 && ::fstat(file_, &about) == 0) size_ = static_cast<std::size_t>(about.st_size);
  }
  ~kernel_file() {
    if (mapped_ != MAP_FAILED) ::munmap(mapped_, size_);
    if (file_ >= 0) ::close(file_);
  }
  std::size_t size() const { return size_; }
  bytes map() {
    mapped_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file_, 0);
    return mapped_ == MAP_FAILED ? bytes{} : bytes(static_cast<const std::byte*>(mapped_), size_);
  }
  static long read(void* self, std::uint64_t offset, void* to, std::size_t length) {
    return ::pread(static_cast<kernel_file*>(self)->file_, to, length, static_cast<off_t>(offset));
  }

 private:
  int file_;
  std::size_t size_ = 0;
  void* mapped_ = MAP_FAILED;
};

std::vector<relocation> one_hook() { return {{.kind = core_relo_kind::hook_id, .name = "socket_create"}}; }

std::vector<relocation> ten_hooks_and_twenty_members() {
  std::vector<relocation> all;
  for (const char* hook : {"file_open", "socket_create", "file_mprotect", "bprm_check_security", "task_kill", "inode_unlink",
                           "mmap_file", "ptrace_access_check", "capable", "socket_bind"})
    all.push_back({.kind = core_relo_kind::hook_id, .name = hook});
  struct path {
    const char* type;
    const char* name;
  };
  for (const path& each : {path{"vm_area_struct", "vm_mm"},
                           {"vm_area_struct", "vm_start"},
                           {"vm_area_struct", "vm_end"},
                           {"mm_struct", "start_brk"},
                           {"mm_struct", "brk"},
                           {"file", "f_path.dentry"},
                           {"file", "f_inode"},
                           {"dentry", "d_name.name"},
                           {"inode", "i_ino"},
                           {"inode", "i_sb"},
                           {"super_block", "s_dev"},
                           {"task_struct", "comm"},
                           {"task_struct", "real_parent"},
                           {"task_struct", "tgid"},
                           {"cred", "uid.val"},
                           {"linux_binprm", "filename"},
                           {"sock", "__sk_common.skc_family"},
                           {"socket", "type"},
                           {"user_namespace", "level"},
                           {"kernfs_node", "name"}})
    all.push_back({.kind = core_relo_kind::field_byte_offset, .type = each.type, .name = each.name});
  return all;
}

void bench_hook(const std::vector<std::byte>& whole) {
  std::vector<relocation> relocations = one_hook();
  const double theirs = milliseconds([&] {
    ::btf* all = ::btf__new(whole.data(), static_cast<std::uint32_t>(whole.size()));
    must(::btf__find_by_name_kind(all, "bpf_lsm_socket_create", BTF_KIND_FUNC) > 0, "libbpf finds the hook");
    ::btf__free(all);
  });
  report_times("one hook, from bytes in memory", milliseconds([&] { resolve_all(source::mapped(whole), relocations); }), theirs,
               4);

  const double theirs_cold = milliseconds([&] {
    ::btf* all = ::btf__load_vmlinux_btf();
    must(::btf__find_by_name_kind(all, "bpf_lsm_socket_create", BTF_KIND_FUNC) > 0, "libbpf finds the hook");
    ::btf__free(all);
  });
  if (kernel_file().map().empty()) return std::puts("one hook, mapped from the file: this kernel cannot map its types"), void();
  const double ours_cold = milliseconds([&] {
    kernel_file file;
    resolve_all(source::mapped(file.map()), relocations);
  });
  report_times("one hook, cold, the file opened and mapped", ours_cold, theirs_cold, 8);
}

void bench_streaming() {
  const double whole = milliseconds([] {
    kernel_file file;
    std::vector<std::byte> all(file.size());
    for (std::size_t at = 0; at < all.size();) {
      const long got = kernel_file::read(&file, at, all.data() + at, all.size() - at);
      must(got > 0, "reading");
      at += static_cast<std::size_t>(got);
    }
    std::vector<relocation> relocations = one_hook();
    resolve_all(source::mapped(all), relocations);
  });
  const double streamed = milliseconds([] {
    kernel_file file;
    std::byte window[source::good_window];
    std::vector<relocation> relocations = one_hook();
    resolve_all(source::reading(kernel_file::read, &file, file.size(), window), relocations);
  });
  report("one hook, the file read whole", whole);
  report("one hook, streamed through 8 KiB", streamed);
}

void bench_many(const std::vector<std::byte>& whole) {
  std::vector<relocation> relocations = ten_hooks_and_twenty_members();
  report_at_most("ten hooks and twenty member paths", milliseconds([&] { resolve_all(source::mapped(whole), relocations); }),
                 1.5);
  report_at_most("the catalogue: all hooks with prototypes", milliseconds([&] {
                   const result<types> all = types::parse(whole);
                   std::size_t length = 0;
                   for (const hook& each : hooks(*all)) length += prototype(*all, each).size();
                   must(length > 10'000, "prototypes");
                 }),
                 2.5);
  report("all types read and checked", milliseconds([&] { must(types::parse(whole).has_value(), "parsing"); }));
  const types all = types::parse(whole).value();
  report("the kernel as a C header", milliseconds([&] { must(c_header(all)->size() > 1'000'000, "a header"); }, 3));
  report("bpftool printing the same",
         milliseconds(
             [] { must(std::system("bpftool btf dump file /sys/kernel/btf/vmlinux format c >/dev/null 2>&1") == 0, "bpftool"); },
             3));
}

// Makes BTF with `times` copies of the records and strings, and one more type at the end. Its name is the last string, so a
// search for it reads everything.
constexpr std::string_view last_name = "the_last_type_of_all";

std::vector<std::byte> repeated(const types& all, int times) {
  const bytes raw = all.raw();
  const auto head = read_as<header>(raw.data());
  std::vector<std::byte> whole(raw.begin(), raw.begin() + head.hdr_len);
  const auto records = raw.subspan(head.hdr_len + head.type_off, head.type_len);
  const auto strings = raw.subspan(head.hdr_len + head.str_off, head.str_len);
  for (int i = 0; i < times; ++i) whole.insert(whole.end(), records.begin(), records.end());
  const record last = {head.str_len * static_cast<std::uint32_t>(times), info_word(kind::struct_, 0), 0};
  const auto* last_bytes = reinterpret_cast<const std::byte*>(&last);
  whole.insert(whole.end(), last_bytes, last_bytes + sizeof last);
  for (int i = 0; i < times; ++i) whole.insert(whole.end(), strings.begin(), strings.end());
  const auto* name = reinterpret_cast<const std::byte*>(last_name.data());
  whole.insert(whole.end(), name, name + last_name.size());
  whole.push_back(std::byte{0});
  header longer = head;
  longer.type_off = 0;
  longer.type_len = head.type_len * static_cast<std::uint32_t>(times) + record::size_in_file;
  longer.str_off = longer.type_len;
  longer.str_len = head.str_len * static_cast<std::uint32_t>(times) + static_cast<std::uint32_t>(last_name.size()) + 1;
  std::memcpy(whole.data(), &longer, std::min<std::size_t>(head.hdr_len, sizeof longer));
  return whole;
}

// Reads the same bytes, 64 at a time, and does nothing else: the cost of memory alone. If they do not fit into the CPU's cache,
// any code that reads them takes longer for each byte.
double milliseconds_to_touch(const std::vector<std::byte>& whole) {
  using words = std::uint64_t __attribute__((vector_size(64), aligned(1)));
  volatile std::uint64_t keep = 0;
  return milliseconds(
      [&] {
        words all = {};
        for (std::size_t at = 0; at + sizeof all <= whole.size(); at += sizeof all)
          all |= *reinterpret_cast<const words*>(whole.data() + at);
        keep = all[0] | all[7];
      },
      10);
}

void bench_growth(const std::vector<std::byte>& once) {
  const types all = types::parse(once).value();
  double first = 0;
  double first_touch = 0;
  for (const int times : {1, 2, 4, 8}) {
    const std::vector<std::byte> whole = repeated(all, times);
    std::vector<relocation> relocations = {{.kind = core_relo_kind::type_exists, .type = last_name}};
    const double took = milliseconds([&] { resolve_all(source::mapped(whole), relocations); }, 10);
    const double touch = milliseconds_to_touch(whole);
    if (times == 1) first = took, first_touch = touch;
    std::printf(
        "the last name of all, in %d times the kernel's types %25.3f ms, %.2f for each; reading those bytes %.2f for each\n",
        times, took, took / first / times, touch / first_touch / times);
  }
}

}  // namespace

int main() {
  const auto whole = read_btf_file(vmlinux);
  if (!whole) return std::puts("btf: this kernel has no BTF to measure with"), 0;
  bench_hook(*whole);
  bench_streaming();
  bench_many(*whole);
  bench_growth(*whole);
  std::printf("btf: %d targets missed\n", missed);
  return 0;
}
