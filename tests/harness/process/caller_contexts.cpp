#include <lsmith/tests/harness/process/caller_contexts.hpp>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <sstream>

#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace lsmith::tests {
namespace {

bool set_capabilities(std::uint64_t kept) {
  struct {
    std::uint32_t version;
    std::int32_t pid;
  } header{0x20080522, 0};  // _LINUX_CAPABILITY_VERSION_3
  struct {
    std::uint32_t effective, permitted, inheritable;
  } sets[2];
  for (int word = 0; word < 2; ++word) {
    const auto bits = static_cast<std::uint32_t>(kept >> 32 * word);
    sets[word] = {bits, bits, 0};
  }
  return syscall(SYS_capset, &header, sets) == 0;
}

bool write_file(const char* path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  return file.good();
}

/// A text that a child process writes for its parent.
class shared_text {
 public:
  void write(const std::string& text) const { static_cast<void>(!::write(memory_, text.data(), text.size())); }
  std::string read() const {
    std::string text(static_cast<std::size_t>(lseek(memory_, 0, SEEK_END)), '\0');
    static_cast<void>(!pread(memory_, text.data(), text.size(), 0));
    return text;
  }
  ~shared_text() { close(memory_); }

 private:
  int memory_ = memfd_create("said", MFD_CLOEXEC);
};

}  // namespace

said lsmith_in_context(const std::function<bool()>& there, const std::vector<std::string>& words) {
  const shared_text out, err;
  said all;
  all.status = in_child([&] {
    if (!there()) return 255;
    std::ostringstream results, sentences;
    const int status = cli::run_command(words, {results, sentences});
    out.write(results.str());
    err.write(sentences.str());
    return status;
  });
  all.out = out.read();
  all.err = err.read();
  return all;
}

bool keep_only_capabilities(std::initializer_list<loader::capability> kept) {
  std::uint64_t bits = 0;
  for (const loader::capability one : kept) bits |= std::uint64_t{1} << static_cast<int>(one);
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  return setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0 && prctl(PR_SET_KEEPCAPS, 1) == 0 && setresuid(4711, 4711, 4711) == 0 &&
         set_capabilities(bits);
}

bool filter_bpf(int number) {
  sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(number)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{static_cast<unsigned short>(std::size(rules)), rules};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

bool enter_user_namespace() {
  return unshare(CLONE_NEWUSER) == 0 && write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/uid_map", "0 0 1") &&
         write_file("/proc/self/gid_map", "0 0 1");
}

bool unmount(const char* path) {
  return unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         umount2(path, MNT_DETACH) == 0;
}

}  // namespace lsmith::tests
